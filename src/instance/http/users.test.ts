import { sql } from 'kysely';
import { beforeAll, describe, expect, test } from 'vitest';
import { describeEngines } from '../../../test/engines.ts';
import {
  addAdmin,
  bodyOf,
  newAdmin,
  problemOf,
  rolesOn,
  type SignInSide,
  Visitor,
  withKey,
} from '../../../test/sign-in.ts';
import { addUser, type UserView } from '../store/index.ts';

describeEngines('the users', engine => {
  const sideOf = rolesOn(engine, {}, ['instance']);
  let side: SignInSide;
  beforeAll(() => {
    side = sideOf('instance');
  });

  async function add(user: object): Promise<UserView> {
    return (await bodyOf<{ user: UserView }>(withKey(side, 'POST', '/api/v1/users', user), 201)).user;
  }
  async function find(query: string): Promise<string[]> {
    const path = `/api/v1/users?${query}`;
    const { users } = await bodyOf<{ users: UserView[] }>(withKey(side, 'GET', path));
    return users.map(({ email }) => email);
  }
  const patch = (id: number, changes: object) => withKey(side, 'PATCH', `/api/v1/users/${id}`, changes);

  // While there is no other: the tests below add some.
  test('keep one admin who can sign in', async () => {
    const boss = await newAdmin(side, 'boss@example.com');
    const without = await add({ email: 'no-password@example.com', role: 'ADMIN' });
    expect(await problemOf(patch(boss.id, { locked: true }))).toEqual([409, 'last_admin']);
    expect(await problemOf(patch(boss.id, { role: 'USER' }))).toEqual([409, 'last_admin']);
    expect((await patch(boss.id, { role: 'ADMIN', locked: false })).status).toBe(200);
    expect((await patch(without.id, { role: 'USER' })).status).toBe(200);

    const other = await newAdmin(side, 'other-boss@example.com');
    // Each locks the other at once: one of them stays.
    const answers = await Promise.all([
      boss.send('PATCH', `/api/v1/users/${other.id}`, { locked: true }),
      other.send('PATCH', `/api/v1/users/${boss.id}`, { locked: true }),
    ]);
    const statuses = answers.map(({ status }) => status).sort((one, next) => one - next);
    expect([
      [200, 401],
      [200, 409],
    ]).toContainEqual(statuses);
    const stay = answers[0]?.status === 200 ? other : boss;
    const { user } = await bodyOf<{ user: UserView }>(patch(stay.id, { locked: false }));
    expect(user).toMatchObject({ locked: false, role: 'ADMIN', hasPassword: true });
  });

  test('are found by a part of e-mail, name or user name, or by the id', async () => {
    const ada = await add({ email: 'Find.Ada@example.com', username: 'Countess', name: 'Ada Lovelace' });
    await add({ email: 'find.bob@example.com', name: 'Ödön 100%' });
    expect(ada).toMatchObject({ locked: false, hasPassword: false, email: 'find.ada@example.com' });
    for (const q of ['FIND.A', 'countess', 'love', 'Ada L', String(ada.id)])
      expect(await find(`q=${encodeURIComponent(q)}`), q).toContain('find.ada@example.com');
    expect(await find('q=find.')).toEqual(['find.ada@example.com', 'find.bob@example.com']);
    expect(await find('q=find.&limit=1')).toEqual(['find.ada@example.com']);
    expect(await find(`q=find.&after=${ada.id}`)).toEqual(['find.bob@example.com']);
    expect(await find(`q=${encodeURIComponent('Ödö')}`)).toEqual(['find.bob@example.com']);
    expect(await find(`q=${encodeURIComponent('0%')}`)).toEqual(['find.bob@example.com']);
    expect(await find(`q=${encodeURIComponent('find_ada')}`)).toEqual([]);
    expect(await find(`q=${encodeURIComponent("' or 1=1 --")}`)).toEqual([]);
    expect(await problemOf(withKey(side, 'GET', '/api/v1/users?q=%00'))).toEqual([400, 'body_invalid']);
  });

  test('are changed; what is not named stays', async () => {
    const before = await add({ email: 'changed@example.com', name: 'Before', timeZone: 'Europe/Berlin' });
    const { user } = await bodyOf<{ user: UserView }>(patch(before.id, { name: 'After', locale: 'de' }));
    expect(user).toEqual({ ...before, name: 'After', locale: 'de' });
    expect(await bodyOf(patch(before.id, {}))).toEqual({ user });
    expect(await bodyOf(patch(before.id, { name: null }))).toEqual({ user: { ...user, name: null } });
    expect(await problemOf(patch(before.id, { timeZone: 'Nowhere/At_all' }))).toEqual([400, 'body_invalid']);
    expect(await problemOf(patch(2_000_000_000, { name: 'x' }))).toEqual([404, 'user_not_found']);
    expect(await problemOf(patch(3_000_000_000, { name: 'x' }))).toEqual([400, 'body_invalid']);
  });

  describe('who sign in', () => {
    const FRESH = 'a password of my own';
    async function signedIn(email: string): Promise<{ user: UserView; visitor: Visitor }> {
      const user = await add({ email });
      const path = `/api/keyferry/v1/users/${user.id}/one-time-password`;
      const { password } = await bodyOf<{ password: string }>(withKey(side, 'POST', path));
      const visitor = new Visitor(side);
      await bodyOf(visitor.signIn(email, password));
      await bodyOf(visitor.send('PUT', '/api/session/password', { current: password, password: FRESH }));
      return { user, visitor };
    }

    test('have no rights of an admin until they are made one, and lose them at once', async () => {
      const { user, visitor } = await signedIn('plain@example.com');
      expect(await visitor.user()).toMatchObject({ role: 'user', mustChangePassword: false });
      expect(await problemOf(visitor.send('GET', '/api/v1/users'))).toEqual([403, 'admin_needed']);
      expect(await problemOf(visitor.send('PATCH', `/api/v1/users/${user.id}`, { role: 'ADMIN' }))).toEqual([
        403,
        'admin_needed',
      ]);
      await bodyOf(patch(user.id, { role: 'ADMIN' }));
      expect((await visitor.send('GET', '/api/v1/users')).status).toBe(200);
      await bodyOf(patch(user.id, { role: 'USER' }));
      expect((await visitor.send('GET', '/api/v1/users')).status).toBe(403);
      // Nothing is there yet, but it is asked for as one who may.
      expect((await visitor.send('GET', '/api/me/nothing')).status).toBe(404);
      expect((await new Visitor(side).send('GET', '/api/me/nothing')).status).toBe(401);
    });

    test('are out at once when they are locked, and stay out', async () => {
      const { user, visitor } = await signedIn('locked@example.com');
      expect(await bodyOf(patch(user.id, { locked: true }))).toMatchObject({ user: { locked: true } });
      expect(await visitor.user()).toBeNull();
      expect((await new Visitor(side).signIn('locked@example.com', FRESH)).status).toBe(401);
      await bodyOf(patch(user.id, { locked: false }));
      expect(await visitor.user()).toBeNull();
      expect((await visitor.signIn('locked@example.com', FRESH)).status).toBe(200);
    });

    test('leave events that name who did it', async () => {
      const admin = await newAdmin(side, 'noting@example.com');
      const { id } = await add({ email: 'noted@example.com' });
      await bodyOf(admin.send('PATCH', `/api/v1/users/${id}`, { role: 'ADMIN', locked: true }));
      await bodyOf(admin.send('POST', `/api/keyferry/v1/users/${id}/one-time-password`));
      await bodyOf(patch(id, { locked: false }));
      const { rows } = await sql`select "kind", "actor", "detail" from "event" where "userId" = ${id}
        order by "id"`.execute(side.signIn.store.db);
      const actor = `user:${admin.id}`;
      expect(rows).toEqual([
        { kind: 'user.added', actor: 'api-key', detail: 'USER' },
        { kind: 'user.role_changed', actor, detail: 'USER to ADMIN' },
        { kind: 'user.locked', actor, detail: null },
        { kind: 'user.one_time_password_made', actor, detail: null },
        { kind: 'user.unlocked', actor: 'api-key', detail: null },
      ]);
    });

    test('leave an event when they are added, with their role and who did it; none when they were there', async () => {
      const admin = await newAdmin(side, 'adding@example.com');
      const user = { email: 'added-admin@example.com', role: 'ADMIN' };
      const { id } = (await bodyOf<{ user: UserView }>(admin.send('POST', '/api/v1/users', user), 201)).user;
      expect(await problemOf(admin.send('POST', '/api/v1/users', user))).toEqual([409, 'conflict']);
      const { store } = side.signIn;
      const added = await addUser(store, { email: 'added-by-command@example.com' }, side.clock.now());
      const { rows } = await sql`select "userId", "actor", "detail" from "event"
        where "kind" = 'user.added' and "userId" >= ${id} order by "id"`.execute(store.db);
      expect(rows).toEqual([
        { userId: id, actor: `user:${admin.id}`, detail: 'ADMIN' },
        { userId: added.id, actor: 'command-line', detail: 'USER' },
      ]);
    });

    test('get a one-time password only where they are', async () => {
      const path = (id: number) => `/api/keyferry/v1/users/${id}/one-time-password`;
      expect(await problemOf(withKey(side, 'POST', path(2_000_000_000)))).toEqual([404, 'user_not_found']);
      expect((await new Visitor(side).send('POST', path(1))).status).toBe(401);
      await addAdmin(side, 'shown-once@example.com');
      const [user] = (await bodyOf<{ users: UserView[] }>(withKey(side, 'GET', '/api/v1/users?q=shown-once')))
        .users;
      const answer = await withKey(side, 'POST', path(user?.id ?? 0));
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(Object.keys(await bodyOf<object>(answer))).toEqual(['password']);
    });
  });
});
