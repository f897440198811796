import { describe, expect, test } from 'vitest';
import { HOUR_MS, type RefreshGround, refreshGround } from '../../../test/platform/refresh-ground.ts';
import { googleCalendar } from '../../apps/google-calendar.ts';
import { msteams } from '../../apps/msteams.ts';
import { judgeTokens } from '../oauth/index.ts';
import { changeAppKeys, findApp } from '../vault/index.ts';
import { freshCredential } from './fresh-credential.ts';

const MINUTE = 60_000;
const REFUSED = { status: 401, body: { error: 'invalid_client' } };

function asker({ context }: RefreshGround) {
  return (id: string) =>
    freshCredential(context, id).then(
      ({ credential }) => credential.accessToken,
      error => error.code,
    );
}

describe('one incident', () => {
  test('is one event, whatever its reasons and however many ask, and its end is another', async () => {
    const ground = await refreshGround();
    const { provider, clock, connect, events, state } = ground;
    const ask = asker(ground);
    const id = await connect('rotating');
    const issue = provider.answer;
    for (const status of [500, 429, 503, 500]) {
      provider.answer = () => ({ status });
      await Promise.all(Array.from({ length: 20 }, () => ask(id)));
      clock.advance(10 * MINUTE);
    }
    expect(provider.received).toHaveLength(4);
    expect(await state(id)).toMatchObject({ failures: 4, statusReason: 'provider_failed' });
    provider.answer = issue;
    expect(await ask(id)).toBe('access-1');
    expect(await events()).toEqual([
      'connection.imported',
      'connection.failing provider_failed',
      'connection.recovered',
    ]);
  });
});

describe('a client that its provider refuses', () => {
  /** Three grants of one app, and one of another. */
  async function refused() {
    const ground = await refreshGround();
    const users = [1, 2, 3].map(calcomUserId => ({ externalUserId: `user-${calcomUserId}`, calcomUserId }));
    const ids = await Promise.all(users.map(user => ground.connect('rotating', user)));
    const issue = ground.provider.answer;
    ground.provider.answer = () => REFUSED;
    const told = async () => (await ground.events()).filter(event => event !== 'connection.imported');
    return { ...ground, ids, issue, told, ask: asker(ground) };
  }

  test('is one incident of the app: told once, tried once a back-off, and every grant is kept', async () => {
    const { ids, ask, provider, clock, told, state, issue } = await refused();
    for (let second = 0; second < 30; second += 1) {
      expect(new Set(await Promise.all(ids.map(ask)))).toEqual(new Set(['provider_client_refused']));
      clock.advance(1_000);
    }
    // Three grants at once found out; then 0.5 s, 1, 2, 4, 8, 16 of back-off, and one of the three each time.
    expect(provider.received.length).toBeLessThanOrEqual(3 + 6);
    expect(await told()).toEqual(['app.client_refused answered 401 invalid_client']);
    for (const id of ids) {
      expect(await state(id)).toMatchObject({
        status: 'failing',
        statusReason: 'provider_client_refused',
        version: 1,
      });
    }

    provider.answer = issue;
    clock.advance(MINUTE);
    for (const id of ids) expect(await ask(id)).toMatch(/^access-/);
    for (const id of ids) expect(await state(id)).toMatchObject({ status: 'connected', statusReason: null });
    expect(await told()).toEqual([
      'app.client_refused answered 401 invalid_client',
      'app.client_accepted',
      ...ids.map(() => 'connection.refreshed'),
    ]);
  });

  test('is tried at once when its keys are changed', async () => {
    const { ids, ask, provider, clock, told, context, issue } = await refused();
    for (let tries = 0; tries < 8; tries += 1) {
      await ask(ids[0] ?? '');
      clock.advance(MINUTE);
    }
    await ask(ids[0] ?? '');
    const asked = provider.received.length;
    expect(await ask(ids[1] ?? '')).toBe('provider_client_refused');
    expect(provider.received).toHaveLength(asked);
    provider.answer = issue;
    clock.advance(1);
    await changeAppKeys(context, findApp(context, 'rotating'), {
      keys: { client_secret: 'the right one' },
      how: 'merge',
      actor: 'operator:1',
    });
    for (const id of ids) expect(await ask(id)).toMatch(/^access-/);
    expect((await told()).filter(event => event.startsWith('app.'))).toEqual([
      'app.client_refused answered 401 invalid_client',
      'app.client_accepted',
    ]);
  });

  test('does not hold up the grants of another app', async () => {
    const { ids, ask, connect, provider, issue } = await refused();
    await ask(ids[0] ?? '');
    provider.answer = issue;
    expect(await ask(await connect('lasting'))).toBe('access-1');
  });

  test('is accepted where the provider calls a grant dead: it has looked at it', async () => {
    const { ids, ask, clock, provider, told } = await refused();
    await ask(ids[0] ?? '');
    clock.advance(MINUTE);
    provider.answer = () => ({ status: 400, body: { error: 'invalid_grant' } });
    expect(await ask(ids[0] ?? '')).toBe('needs_reconnect');
    expect(await told()).toEqual([
      'app.client_refused answered 401 invalid_client',
      'app.client_accepted',
      'connection.needs_reconnect needs_reconnect',
    ]);
  });

  test('for one grant alone does not shut out the others for ever', async () => {
    const { ids, ask, clock, provider, told, issue } = await refused();
    const [odd = '', other = ''] = ids;
    provider.answer = request => (request.body.includes('refresh-0') ? REFUSED : issue(request));
    await ask(odd);
    clock.advance(MINUTE);
    // The others have other tokens from here on.
    provider.answer = issue;
    expect(await ask(other)).toBe('access-1');
    for (let tries = 0; tries < 5; tries += 1) {
      clock.advance(2 * HOUR_MS);
      provider.answer = () => REFUSED;
      expect(await ask(odd)).toBe('provider_client_refused');
      provider.answer = issue;
      expect(await ask(other)).toMatch(/^access-/);
    }
    expect((await told()).filter(event => event.startsWith('app.'))).toEqual([
      'app.client_refused answered 401 invalid_client',
      'app.client_accepted',
    ]);
  });
});

describe("what a user's organisation forbids", () => {
  const blocked = [
    ['Google', googleCalendar, { error: 'admin_policy_enforced' }],
    ['Microsoft: conditional access', msteams, { error: 'invalid_grant', error_codes: [53003] }],
    ['Microsoft: no role in the app', msteams, { error: 'invalid_grant', error_codes: [50105] }],
    [
      'Microsoft: the consent of an administrator',
      msteams,
      { error: 'interaction_required', error_codes: [90094] },
    ],
  ] as const;
  test.each(blocked)('is told by the records of %s', (_, app, body) => {
    const answer = { status: 400, headers: new Headers(), body: JSON.stringify(body) };
    expect(judgeTokens(answer, app.credential.oauth, 0)).toMatchObject({ kind: 'policy' });
  });

  test.each([
    ['7000222', 'the client secret has ended', 'client'],
    ['700082', 'the refresh token was not used for 90 days', 'grant'],
    ['50173', 'the password was changed', 'grant'],
  ])('is not what Microsoft means by %s: %s', (code, _, kind) => {
    const error = kind === 'client' ? 'invalid_client' : 'invalid_grant';
    const body = JSON.stringify({ error, error_codes: [Number(code)] });
    const answer = { status: 400, headers: new Headers(), body };
    expect(judgeTokens(answer, msteams.credential.oauth, 0)).toMatchObject({ kind });
  });

  test('does not ask the user to connect again, and is tried again after minutes', async () => {
    const ground = await refreshGround();
    const { connect, provider, state, clock, events } = ground;
    const ask = asker(ground);
    const id = await connect('blocked');
    const issue = provider.answer;
    provider.answer = () => ({ status: 400, body: { error: 'admin_policy_enforced' } });
    expect(await ask(id)).toBe('provider_blocked');
    const row = await state(id);
    expect(row).toMatchObject({ status: 'failing', statusReason: 'provider_blocked', version: 1 });
    expect(row.retryAt - clock.now()).toBeGreaterThanOrEqual(MINUTE);
    provider.answer = issue;
    clock.advance(HOUR_MS);
    expect(await ask(id)).toBe('access-1');
    expect(await events()).toEqual([
      'connection.imported',
      'connection.failing provider_blocked',
      'connection.recovered',
    ]);
  });
});

describe('connecting again after the grant died', () => {
  test('keeps the id of the connection and its deliveries', async () => {
    const ground = await refreshGround();
    const { connect, provider, clock, state, context } = ground;
    const ask = asker(ground);
    const id = await connect('rotating');
    const { db } = context.database;
    const wishes = () =>
      db.selectFrom('outbox').select(['id', 'connectionId', 'targetId', 'key', 'state']).execute();
    const before = await wishes();
    provider.answer = () => ({ status: 400, body: { error: 'invalid_grant' } });
    expect(await ask(id)).toBe('needs_reconnect');
    // As the worker leaves a wish whose grant is dead.
    await db.updateTable('outbox').set({ state: 'stopped', lastError: 'needs_reconnect' }).execute();
    const again = await connect('rotating', {
      imported: false,
      access_token: 'anew',
      expiry_date: clock.now() + HOUR_MS,
    });
    expect(again).toBe(id);
    expect(await state(id)).toMatchObject({ status: 'connected', statusReason: null, failures: 0 });
    expect(await wishes()).toEqual(before.map(wish => ({ ...wish, state: 'waiting' })));
    expect(await ask(id)).toBe('anew');
    expect((await ground.events()).at(-1)).toBe('connection.reconnected');
  });
});
