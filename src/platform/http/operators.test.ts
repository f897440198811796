import { sql } from 'kysely';
import { beforeAll, expect, test } from 'vitest';
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
import type { OperatorView } from '../store/operators.ts';

const OPERATORS = '/api/keyferry/v1/operators';

describeEngines('the operators', engine => {
  const sideOf = rolesOn(engine, {}, ['platform']);
  let side: SignInSide;
  beforeAll(() => {
    side = sideOf('platform');
  });

  // While there is no other: the tests below add some.
  test('keep one who can sign in', async () => {
    const boss = await newAdmin(side, 'boss@example.com');
    expect(await problemOf(boss.send('DELETE', `${OPERATORS}/${boss.id}`))).toEqual([409, 'last_admin']);
    expect(await problemOf(boss.send('PATCH', `${OPERATORS}/${boss.id}`, { locked: true }))).toEqual([
      409,
      'last_admin',
    ]);
    const other = await newAdmin(side, 'other@example.com');
    const answers = await Promise.all([
      boss.send('DELETE', `${OPERATORS}/${other.id}`),
      other.send('DELETE', `${OPERATORS}/${boss.id}`),
    ]);
    const statuses = answers.map(({ status }) => status).sort((one, next) => one - next);
    expect([
      [200, 401],
      [200, 409],
    ]).toContainEqual(statuses);
    const { operators } = await bodyOf<{ operators: OperatorView[] }>(withKey(side, 'GET', OPERATORS));
    expect(operators).toHaveLength(1);
  });

  test('are added with a one-time password, renamed, locked, removed', async () => {
    const fresh = { email: 'New@Example.com', name: 'New One' };
    const { operator, password } = await bodyOf<{ operator: OperatorView; password: string }>(
      withKey(side, 'POST', OPERATORS, fresh),
      201,
    );
    expect(operator).toEqual({
      id: operator.id,
      email: 'new@example.com',
      name: 'New One',
      locked: false,
      hasPassword: true,
      mustChangePassword: true,
      createdAt: side.clock.now(),
    });
    expect(await problemOf(withKey(side, 'POST', OPERATORS, fresh))).toEqual([409, 'conflict']);

    const visitor = new Visitor(side);
    await bodyOf(visitor.signIn('new@example.com', password));
    expect(await problemOf(visitor.send('GET', OPERATORS))).toEqual([403, 'password_change_needed']);
    await bodyOf(
      visitor.send('PUT', '/api/session/password', { current: password, password: 'a word of mine' }),
    );
    expect((await visitor.send('GET', OPERATORS)).status).toBe(200);

    const path = `${OPERATORS}/${operator.id}`;
    expect(await bodyOf(withKey(side, 'PATCH', path, { name: null }))).toMatchObject({
      operator: { name: null, locked: false, mustChangePassword: false },
    });
    expect(await visitor.user()).not.toBeNull();
    await bodyOf(withKey(side, 'PATCH', path, { locked: true }));
    expect(await visitor.user()).toBeNull();
    expect((await visitor.signIn('new@example.com', 'a word of mine')).status).toBe(401);
    await bodyOf(withKey(side, 'PATCH', path, { locked: false }));
    await bodyOf(visitor.signIn('new@example.com', 'a word of mine'));
    expect(await bodyOf(withKey(side, 'DELETE', path))).toEqual({ id: operator.id });
    expect(await visitor.user()).toBeNull();
    for (const [method, below, body] of [
      ['DELETE', '', undefined],
      ['PATCH', '', {}],
      ['POST', '/one-time-password', undefined],
    ] as const)
      expect(await problemOf(withKey(side, method, `${path}${below}`, body))).toEqual([
        404,
        'operator_not_found',
      ]);
  });

  test('leave events that name who did it, and of whom', async () => {
    const admin = await newAdmin(side, 'noting@example.com');
    const id = await addAdmin(side, 'noted@example.com');
    const { password } = await bodyOf<{ password: string }>(
      admin.send('POST', `${OPERATORS}/${id}/one-time-password`),
    );
    expect((await new Visitor(side).signIn('noted@example.com', password)).status).toBe(200);
    await bodyOf(admin.send('PATCH', `${OPERATORS}/${id}`, { locked: true }));
    await bodyOf(withKey(side, 'DELETE', `${OPERATORS}/${id}`));
    const { rows } = await eventsAbout(`operator:${id}`);
    const actor = `operator:${admin.id}`;
    expect(rows).toEqual([
      { kind: 'user.one_time_password_made', actor },
      { kind: 'user.signed_in', actor: `operator:${id}` },
      { kind: 'user.locked', actor },
      { kind: 'operator.removed', actor: 'api-key' },
    ]);
  });

  async function eventsAbout(detail: string) {
    return sql`select "kind", "actor" from "platform_event" where "detail" = ${detail} order by "id"`.execute(
      side.signIn.store.db,
    );
  }
});
