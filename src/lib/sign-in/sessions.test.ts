import { sql } from 'kysely';
import { beforeEach, describe, expect, test } from 'vitest';
import { heldClock } from '../../../test/clock.ts';
import { describeEngines } from '../../../test/engines.ts';
import {
  ADMIN,
  bodyOf,
  newAdmin,
  problemOf,
  ROLES,
  rolesOn,
  type SignInSide,
  Visitor,
} from '../../../test/sign-in.ts';
import { makeOneTimePassword } from './people.ts';
import { pruneSignIn } from './prune.ts';
import { createSession, IDLE_MS, LIFE_MS, SESSIONS_EACH, type SessionView, TOUCH_MS } from './sessions.ts';

const FRESH = 'another good password';

describeEngines('sessions', engine => {
  const clock = heldClock();
  const sideOf = rolesOn(engine, { clock });

  describe.each(ROLES)('of the %s', role => {
    let side: SignInSide;
    let count = 0;
    let email: string;
    let visitor: Visitor & { readonly id: number };
    beforeEach(async () => {
      side = sideOf(role);
      count += 1;
      email = `${role}-${count}@example.com`;
      visitor = await newAdmin(side, email);
    });

    async function list(browser: Visitor): Promise<SessionView[]> {
      return (await bodyOf<{ sessions: SessionView[] }>(browser.send('GET', '/api/sessions'))).sessions;
    }

    async function another(headers: Record<string, string> = {}): Promise<Visitor> {
      const browser = new Visitor(side, headers);
      await bodyOf(browser.signIn(email));
      return browser;
    }

    test('are a hundred at most: the one that was not used for longest ends', async () => {
      const { store } = side.signIn;
      for (let more = 1; more < SESSIONS_EACH; more += 1) {
        clock.advance(1);
        await createSession(store.db, side.signIn, { personId: visitor.id, userAgent: null });
      }
      expect(await visitor.user()).not.toBeNull();
      clock.advance(1);
      await createSession(store.db, side.signIn, { personId: visitor.id, userAgent: null });
      expect(await visitor.user()).toBeNull();
    });

    test('are listed, ended one by one, or all but this one', async () => {
      clock.advance(1_000);
      const phone = await another({ 'user-agent': `Phone/1 ${'x'.repeat(500)}` });
      const sessions = await list(visitor);
      expect(sessions).toHaveLength(2);
      expect(sessions.find(one => one.current)).toMatchObject({
        userAgent: null,
        createdAt: clock.now() - 1_000,
      });
      const other = sessions.find(one => !one.current);
      expect(other?.userAgent).toMatch(/^Phone\/1 x{292}$/);
      expect(JSON.stringify(sessions)).not.toContain([...phone.cookies.values()][0]);

      const stranger = await newAdmin(side, `${role}-stranger-${count}@example.com`);
      expect(await problemOf(stranger.send('DELETE', `/api/sessions/${other?.id}`))).toEqual([
        404,
        'not_found',
      ]);
      expect(await bodyOf(visitor.send('DELETE', `/api/sessions/${other?.id}`))).toEqual({ revoked: 1 });
      expect(await phone.user()).toBeNull();
      expect((await phone.send('GET', '/api/keyferry/v1/apps')).status).toBe(401);

      await another();
      await another();
      expect(await bodyOf(visitor.send('DELETE', '/api/sessions'))).toEqual({ revoked: 2 });
      expect(await list(visitor)).toHaveLength(1);
      expect(await stranger.user()).not.toBeNull();
    });

    test('end at signing out, for whoever copied the cookie too', async () => {
      const copy = new Visitor(side);
      for (const [name, value] of visitor.cookies) copy.cookies.set(name, value);
      expect(await bodyOf(visitor.send('DELETE', '/api/session'))).toMatchObject({ user: null });
      expect([...visitor.cookies.keys()]).toEqual([`keyferry_${role}_known`]);
      expect(await copy.user()).toBeNull();
      expect((await copy.send('GET', '/api/sessions')).status).toBe(401);
      expect((await visitor.send('DELETE', '/api/session')).status).toBe(200);
    });

    test('end after a week unused, and after thirty days whatever they did', async () => {
      clock.advance(IDLE_MS - 1);
      expect(await visitor.user()).toMatchObject({ email });
      clock.advance(IDLE_MS);
      expect(await visitor.user()).toBeNull();

      const busy = await another();
      for (let passed = 0; passed + IDLE_MS / 2 < LIFE_MS; passed += IDLE_MS / 2) {
        expect(await busy.user()).toMatchObject({ email });
        clock.advance(IDLE_MS / 2);
      }
      clock.advance(IDLE_MS / 2);
      expect(await busy.user()).toBeNull();
      const { db } = side.signIn.store;
      await pruneSignIn(db, side.signIn.tables, clock.now());
      const { rows } = await sql`select "id" from ${sql.table(side.signIn.tables.sessions)}`.execute(db);
      expect(rows).toEqual([]);
    });

    test('note their use once an hour', async () => {
      const [{ seenAt } = { seenAt: 0 }] = await list(visitor);
      clock.advance(TOUCH_MS - 1);
      expect((await list(visitor))[0]?.seenAt).toBe(seenAt);
      clock.advance(1);
      expect((await list(visitor))[0]?.seenAt).toBe(clock.now());
    });

    test('of one who is locked stop at once, and go on after the lock', async () => {
      const { people } = side.signIn.tables;
      const { db } = side.signIn.store;
      const lock = (locked: boolean) =>
        sql`update ${sql.table(people)} set "locked" = ${locked} where "id" = ${visitor.id}`.execute(db);
      await lock(true);
      expect(await visitor.user()).toBeNull();
      expect((await visitor.send('GET', '/api/keyferry/v1/apps')).status).toBe(401);
      await lock(false);
      expect(await visitor.user()).toMatchObject({ email });
    });

    describe('and the password', () => {
      function change(browser: Visitor, current: string, password: string): Promise<Response> {
        return browser.send('PUT', '/api/session/password', { current, password });
      }

      test('is changed by who knows it; other sessions end', async () => {
        const phone = await another();
        expect(await problemOf(change(visitor, 'no such password', FRESH))).toEqual([403, 'password_wrong']);
        for (const password of [
          'short',
          email.toUpperCase(),
          'password1234',
          ADMIN.password,
          'x'.repeat(257),
        ])
          expect(await problemOf(change(visitor, ADMIN.password, password))).toEqual([
            422,
            'password_refused',
          ]);
        expect(await phone.user()).not.toBeNull();
        expect(await bodyOf(change(visitor, ADMIN.password, FRESH))).toMatchObject({ user: { email } });
        expect(await phone.user()).toBeNull();
        expect(await visitor.user()).toMatchObject({ email });
        expect((await new Visitor(side).signIn(email)).status).toBe(401);
        expect((await new Visitor(side).signIn(email, FRESH)).status).toBe(200);
      });

      test('cannot be guessed by who found a browser open', async () => {
        const statuses = [];
        for (let tries = 1; tries <= 6; tries += 1)
          statuses.push((await change(visitor, 'a guess at it', FRESH)).status);
        expect(statuses).toEqual([403, 403, 403, 403, 403, 429]);
      });

      test('that is a one-time one opens nothing but its change', async () => {
        const oneTime = (await makeOneTimePassword(side.signIn, visitor.id, 'api-key')) ?? '';
        expect(oneTime).toMatch(/^[a-z2-9]{4}(-[a-z2-9]{4}){3}$/);
        expect(await visitor.user()).toBeNull();
        expect((await new Visitor(side).signIn(email)).status).toBe(401);
        await bodyOf(visitor.signIn(email, oneTime));
        expect(await visitor.user()).toMatchObject({ email, mustChangePassword: true });
        for (const [method, path] of [
          ['GET', '/api/keyferry/v1/apps'],
          ['GET', '/api/sessions'],
          ['DELETE', '/api/sessions'],
        ] as const)
          expect(await problemOf(visitor.send(method, path))).toEqual([403, 'password_change_needed']);
        expect(await problemOf(change(visitor, oneTime, oneTime))).toEqual([422, 'password_refused']);
        await bodyOf(change(visitor, oneTime, FRESH));
        expect(await visitor.user()).toMatchObject({ mustChangePassword: false });
        expect((await visitor.send('GET', '/api/keyferry/v1/apps')).status).toBe(200);
        expect((await new Visitor(side).signIn(email, oneTime)).status).toBe(401);
        expect(await makeOneTimePassword(side.signIn, 2_000_000_000, 'api-key')).toBeNull();
      });

      test('of a one-time kind lifts the wait of its account', async () => {
        for (let tries = 1; tries <= 5; tries += 1) await new Visitor(side).signIn(email, 'wrong one');
        expect((await new Visitor(side).signIn(email)).status).toBe(429);
        const oneTime = (await makeOneTimePassword(side.signIn, visitor.id, 'api-key')) ?? '';
        expect((await new Visitor(side).signIn(email, oneTime)).status).toBe(200);
      });
    });
  });
});
