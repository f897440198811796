import { sql } from 'kysely';
import { beforeEach, describe, expect, test } from 'vitest';
import { heldClock } from '../../../test/clock.ts';
import { describeEngines, engines, type TestEngine } from '../../../test/engines.ts';
import {
  ADMIN,
  addAdmin,
  bodyOf,
  newAdmin,
  problemOf,
  ROLES,
  rolesOn,
  type SignInSide,
  startRole,
  Visitor,
} from '../../../test/sign-in.ts';
import { signInLimits } from './limits.ts';
import { pruneSignIn } from './prune.ts';
import { type Limit, TRIES_KEPT_MS, takeTry } from './tries.ts';

const WRONG = 'not the password';

describeEngines('signing in', engine => {
  const clock = heldClock();
  const sideOf = rolesOn(engine, { clock });

  describe.each(ROLES)('at the %s', role => {
    let side: SignInSide;
    let count = 0;
    let email: string;
    beforeEach(async () => {
      side = sideOf(role);
      count += 1;
      email = `${role}-${count}@example.com`;
      await addAdmin(side, email);
    });
    const failures = () => eventsOf(side, email, 'user.sign_in_failed');

    test('takes the e-mail in any case, and keeps only a hash of what the browser gets', async () => {
      const visitor = new Visitor(side);
      expect(await bodyOf(visitor.signIn(email.toUpperCase()))).toMatchObject({ user: { email }, role });
      const token = visitor.cookies.get(`keyferry_${role}`) ?? '';
      expect(token).toMatch(/^[\w-]{43}$/);
      const { rows } = await sql`select * from ${sql.table(side.signIn.tables.sessions)}`.execute(
        side.signIn.store.db,
      );
      expect(rows.length).toBeGreaterThan(0);
      expect(JSON.stringify(rows)).not.toContain(token);
      expect(await eventsOf(side, email, 'user.signed_in')).toBe(1);
    });

    test('gives a new session each time, and ends the one that the browser had', async () => {
      const visitor = new Visitor(side);
      // A token that somebody planted before the sign-in never becomes a session.
      const planted = 'A'.repeat(43);
      visitor.cookies.set(`keyferry_${role}`, planted);
      await bodyOf(visitor.signIn(email));
      const first = new Visitor(side);
      for (const [name, value] of visitor.cookies) first.cookies.set(name, value);
      expect(visitor.cookies.get(`keyferry_${role}`)).not.toBe(planted);
      await bodyOf(visitor.signIn(email));
      expect(visitor.cookies).not.toEqual(first.cookies);
      expect(await first.user()).toBeNull();
      expect(await visitor.user()).toMatchObject({ email });
    });

    test('answers alike whatever is wrong, after as much work', async () => {
      const bare = `${role}-bare-${count}@example.com`;
      const id = await addAdmin(side, bare);
      const { people } = side.signIn.tables;
      const { db } = side.signIn.store;
      await sql`update ${sql.table(people)} set "sealedPassword" = null where "id" = ${id}`.execute(db);
      const locked = `${role}-locked-${count}@example.com`;
      const lockedId = await addAdmin(side, locked);
      await sql`update ${sql.table(people)} set "locked" = true where "id" = ${lockedId}`.execute(db);
      const answers = [];
      for (const [who, password] of [
        [email, WRONG],
        [bare, ADMIN.password],
        [locked, ADMIN.password],
        ['nobody@example.com', ADMIN.password],
        ['with a\0NUL', ADMIN.password],
        ['', ''],
      ] as const) {
        const response = await new Visitor(side).signIn(who, password);
        expect(response.headers.getSetCookie()).toEqual([]);
        answers.push([response.status, await response.text()]);
      }
      expect(answers[0]).toMatchObject([401, expect.stringContaining('sign_in_failed')]);
      expect(new Set(answers.map(answer => JSON.stringify(answer))).size).toBe(1);
    });

    test('five wrong tries are free, then the wait doubles up to eight seconds, for the right password too', async () => {
      const visitor = new Visitor(side);
      for (let tries = 1; tries <= 5; tries += 1)
        expect((await visitor.signIn(email, WRONG)).status).toBe(401);
      expect(await failures()).toBe(1);
      let wait = 1;
      for (const expected of [1, 2, 4, 8, 8]) {
        const blocked = await visitor.signIn(email);
        expect(await problemOf(blocked)).toEqual([429, 'too_many_tries']);
        wait = Number(blocked.headers.get('retry-after'));
        expect(wait).toBe(expected);
        clock.advance(wait * 1000);
        expect((await visitor.signIn(email, WRONG)).status).toBe(401);
      }
      expect(await failures()).toBe(1);
      clock.advance(8_000);
      expect((await visitor.signIn(email)).status).toBe(200);
      expect((await new Visitor(side).signIn(email, WRONG)).status).toBe(401);
    });

    test('tries side by side do not pass the limit together, and another account is not concerned', async () => {
      const answers = await Promise.all(
        Array.from({ length: 12 }, () => new Visitor(side).signIn(email, WRONG)),
      );
      const statuses = answers.map(({ status }) => status);
      expect(statuses.filter(status => status === 401)).toHaveLength(5);
      expect(statuses.filter(status => status === 429)).toHaveLength(7);
      await newAdmin(side, `${role}-other-${count}@example.com`);
    });

    test('who signed in before gets in while a stranger tries, and cannot guess without end either', async () => {
      const owner = await newAdmin(side, email);
      const mark = owner.cookies.get(`keyferry_${role}_known`);
      await bodyOf(owner.send('DELETE', '/api/session'));
      const stranger = new Visitor(side);
      for (let tries = 1; tries <= 5; tries += 1) await stranger.signIn(email, WRONG);
      expect((await stranger.signIn(email)).status).toBe(429);
      await bodyOf(owner.signIn(email));
      expect(owner.cookies.get(`keyferry_${role}_known`)).toBe(mark);
      expect((await stranger.signIn(email)).status).toBe(429);

      const statuses = [];
      for (let tries = 1; tries <= 6; tries += 1) statuses.push((await owner.signIn(email, WRONG)).status);
      expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
      for (const wait of [1, 2, 4, 8, 16, 32, 64, 64]) {
        const blocked = await owner.signIn(email, WRONG);
        expect([blocked.status, Number(blocked.headers.get('retry-after'))]).toEqual([429, wait]);
        clock.advance(wait * 1000);
        expect((await owner.signIn(email, WRONG)).status).toBe(401);
      }
      // A mark of one account is none of another's, and none that was made up is one.
      const other = `${role}-marked-${count}@example.com`;
      await addAdmin(side, other);
      for (let tries = 1; tries <= 5; tries += 1) await stranger.signIn(other, WRONG);
      expect((await owner.signIn(other)).status).toBe(429);
      owner.cookies.set(`keyferry_${role}_known`, `${crypto.randomUUID()}.${'A'.repeat(43)}`);
      expect((await owner.signIn(other)).status).toBe(429);
    });

    test('what was tried is forgotten after an hour, and leaves no row', async () => {
      for (let tries = 1; tries <= 5; tries += 1) await new Visitor(side).signIn(email, WRONG);
      clock.advance(TRIES_KEPT_MS + 1);
      const { db } = side.signIn.store;
      await pruneSignIn(db, side.signIn.tables, clock.now());
      const { rows } = await sql`select * from ${sql.table(side.signIn.tables.tries)}`.execute(db);
      expect(rows).toEqual([]);
      expect((await new Visitor(side).signIn(email)).status).toBe(200);
    });
  });
});

describe('behind a trusted proxy', () => {
  test('one address is slowed down, and the owner at another one gets in', async () => {
    const store = await (engines[0] as TestEngine).create();
    const side = await startRole('platform', store.location, { trustProxy: true });
    const email = 'ada@example.com';
    await addAdmin(side, email);
    const stranger = new Visitor(side, { 'x-forwarded-for': '198.51.100.1, 203.0.113.9' });
    for (let tries = 1; tries <= 5; tries += 1)
      expect((await stranger.signIn(email, WRONG)).status).toBe(401);
    expect((await stranger.signIn(email)).status).toBe(429);
    const pretending = new Visitor(side, { 'x-forwarded-for': '192.0.2.1, 203.0.113.9' });
    expect((await pretending.signIn(email)).status).toBe(429);
    expect((await new Visitor(side, { 'x-forwarded-for': '192.0.2.1' }).signIn(email)).status).toBe(200);
    // Thirty tries of one address, whatever the account.
    const address = '198.51.100.77';
    const [limit] = signInLimits('', { address, browser: null }).shared;
    for (let tries = 1; tries <= 29; tries += 1) await takeTry(side.signIn, limit as Limit);
    const guesser = new Visitor(side, { 'x-forwarded-for': address });
    expect((await guesser.signIn('one@example.com', WRONG)).status).toBe(401);
    expect((await guesser.signIn('other@example.com', WRONG)).status).toBe(429);
    await side.close();
    await store.dispose();
  });
});

describe('the cookie', () => {
  test.each([
    ['http://role.test', 'keyferry_instance', false],
    ['https://role.test', '__Host-keyferry_instance', true],
  ])('at %s', async (publicUrl, name, secure) => {
    const store = await (engines[0] as TestEngine).create();
    const side = await startRole('instance', store.location, { publicUrl });
    await addAdmin(side, ADMIN.email);
    const visitor = new Visitor(side);
    const [line = '', known = ''] = (await visitor.signIn()).headers.getSetCookie();
    expect(known).toMatch(
      new RegExp(`^${name}_known=.*; HttpOnly${secure ? '; Secure' : ''}; SameSite=Lax$`),
    );
    const [value = '', ...flags] = line.split('; ');
    expect(value).toMatch(new RegExp(`^${name}=[\\w-]{43}$`));
    expect(new Set(flags)).toEqual(
      new Set(['Max-Age=2592000', 'Path=/', 'HttpOnly', 'SameSite=Lax', ...(secure ? ['Secure'] : [])]),
    );
    const [gone = ''] = (await visitor.send('DELETE', '/api/session')).headers.getSetCookie();
    expect(gone).toContain(`${name}=; Max-Age=0`);
    await side.close();
    await store.dispose();
  });
});

/** How many events of a kind concern an account. */
async function eventsOf(side: SignInSide, email: string, kind: string): Promise<number> {
  const { store, tables } = side.signIn;
  const person = sql`(select "id" from ${sql.table(tables.people)} where "email" = ${email})`;
  const concerned =
    side.role === 'instance'
      ? sql`"userId" = ${person}`
      : sql`"detail" = 'operator:' || cast(${person} as text)`;
  const table = side.role === 'instance' ? 'event' : 'platform_event';
  const { rows } = await sql`select "id" from ${sql.table(table)}
    where "kind" = ${kind} and ${concerned}`.execute(store.db);
  return rows.length;
}
