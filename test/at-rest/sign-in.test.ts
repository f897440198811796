import { createHash, randomBytes, scryptSync } from 'node:crypto';
import { sql } from 'kysely';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ONE_TIME_MS, putPassword } from '../../src/lib/sign-in/index.ts';
import { heldClock } from '../clock.ts';
import { describeEngines } from '../engines.ts';

import { ADMIN, addAdmin, newAdmin, ROLES, type RoleName, startRole, Visitor, withKey } from '../sign-in.ts';

const MINE = 'key-of-the-attacker-0123456789';
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** A password's hash as anybody can make it. */
function bareHash(password: string): string {
  const salt = randomBytes(16);
  const hashed = scryptSync(password, salt, 32, { N: 16, r: 8, p: 1 });
  return `$scrypt$ln=4,r=8,p=1$${salt.toString('base64url')}$${hashed.toString('base64url')}`;
}

describeEngines('who can write the database, and has no key of the ring,', engine => {
  async function start(role: RoleName) {
    const store = await engine.create();
    const clock = heldClock();
    const side = await startRole(role, store.location, { clock });
    onTestFinished(async () => {
      await side.close();
      await store.dispose();
    });
    const { db } = side.signIn.store;
    const { people, sessions } = side.signIn.tables;
    const events = async (kind: string) => {
      const table = role === 'instance' ? 'event' : 'platform_event';
      const { rows } = await sql`select 1 from ${sql.table(table)} where "kind" = ${kind}`.execute(db);
      return rows.length;
    };
    return { side, store, clock, db, events, people: sql.table(people), sessions: sql.table(sessions) };
  }

  describe.each(ROLES)('at the %s', role => {
    test('gets no session by a row put in, nor by one handed to another person or prolonged', async () => {
      const { side, db, events, sessions, clock } = await start(role);
      const admin = await newAdmin(side, 'root@example.com');
      const token = 'A'.repeat(43);
      const now = clock.now();
      await sql`insert into ${sessions}
        ("id", "tokenHash", "personId", "userAgent", "createdAt", "seenAt", "expiresAt")
        values ('mine', ${sha256(token)}, ${admin.id}, null, ${now}, ${now}, ${now + 1e9})`.execute(db);
      const attacker = new Visitor(side);
      attacker.cookies.set(`keyferry_${role}`, token);
      for (let time = 1; time <= 3; time += 1) expect(await attacker.user()).toBeNull();
      expect(await events('session.refused')).toBe(1);

      const other = await newAdmin(side, 'mallory@example.com');
      await sql`update ${sessions} set "personId" = ${admin.id} where "personId" = ${other.id}`.execute(db);
      expect(await other.user()).toBeNull();
      expect(await events('session.refused')).toBe(2);
      expect(await admin.user()).not.toBeNull();
      await sql`update ${sessions} set "expiresAt" = "expiresAt" + 1`.execute(db);
      expect(await admin.user()).toBeNull();
    });

    test('signs in with no password put in, nor with another person’s, also after a restart', async () => {
      const { side, store, db, events, people } = await start(role);
      const id = await addAdmin(side, 'root@example.com');
      const mallory = await addAdmin(side, 'mallory@example.com', 'mallory has a password');
      const attempt = async (password: string) =>
        (await new Visitor(side).signIn('root@example.com', password)).status;
      await sql`update ${people} set "sealedPassword" = ${bareHash('put in by sql')} where "id" = ${id}`.execute(
        db,
      );
      expect(await attempt('put in by sql')).toBe(401);
      await sql`update ${people} set "sealedPassword" = (select "sealedPassword" from ${people} where "id" = ${mallory})
        where "id" = ${id}`.execute(db);
      expect(await attempt('mallory has a password')).toBe(401);
      expect(await events('password.refused')).toBe(1);
      await sql`update ${people} set "passwordHash" = ${bareHash('put in by sql')} where "id" = ${id}`.execute(
        db,
      );
      expect(await attempt('put in by sql')).toBe(401);
      if (engine.name === 'pglite') return;
      const again = await startRole(role, store.location);
      onTestFinished(again.close);
      expect((await new Visitor(again).signIn('root@example.com', 'put in by sql')).status).toBe(401);
      // At the start, and by the process that is new.
      expect(await events('password.refused')).toBe(3);
    });

    test.skipIf(engine.name === 'pglite')(
      'what an earlier version stored is sealed at the start',
      async () => {
        const { side, store, db, events, people } = await start(role);
        const id = await addAdmin(side, 'root@example.com');
        await sql`update ${people} set "passwordHash" = ${bareHash('of an earlier version')}, "sealedPassword" = null
        where "id" = ${id}`.execute(db);
        const again = await startRole(role, store.location);
        onTestFinished(again.close);
        expect((await new Visitor(again).signIn('root@example.com', 'of an earlier version')).status).toBe(
          200,
        );
        const { rows } = await sql`select "passwordHash" from ${people}`.execute(db);
        expect(rows).toEqual([{ passwordHash: null }]);
        expect(await events('user.password_sealed')).toBe(1);
      },
    );

    test('a one-time password serves once, and for a day', async () => {
      const { side, db, clock } = await start(role);
      const id = await addAdmin(side, ADMIN.email);
      const give = async () => {
        const hash = bareHash('one time only');
        const oneTimeUntil = clock.now() + ONE_TIME_MS;
        await putPassword(db, side.signIn, { id, hash, oneTimeUntil });
      };
      await give();
      const first = new Visitor(side);
      expect((await first.signIn(ADMIN.email, 'one time only')).status).toBe(200);
      expect((await new Visitor(side).signIn(ADMIN.email, 'one time only')).status).toBe(401);
      // Who has signed in with it chooses another.
      const change = { current: 'one time only', password: 'a password of my own' };
      expect((await first.send('PUT', '/api/session/password', change)).status).toBe(200);
      expect((await new Visitor(side).signIn(ADMIN.email, 'a password of my own')).status).toBe(200);
      await give();
      clock.advance(ONE_TIME_MS);
      expect((await new Visitor(side).signIn(ADMIN.email, 'one time only')).status).toBe(401);
    });
  });

  test('has no API key by a row put in, nor by another’s made the operator’s', async () => {
    const { side, db, events } = await start('instance');
    const put = (hashedKey: string) =>
      sql`insert into "ApiKey" ("id", "note", "createdAt", "hashedKey")
        values (${hashedKey}, 'mine', '2026-01-01T00:00:00Z', ${hashedKey})`.execute(db);
    await put(sha256(MINE));
    const users = (key: string) =>
      new Visitor(side, { authorization: `Bearer ${key}` }).send('GET', '/api/v1/users', undefined, {});
    for (const key of [MINE, `cal_${MINE}`]) expect((await users(key)).status).toBe(401);
    expect(await events('api_key.refused')).toBe(1);
    expect((await withKey(side, 'GET', '/api/v1/users')).status).toBe(200);
  });
});
