import { describe, expect, test } from 'vitest';
import { bodyOf, MINUTE, syncGround } from '../../../test/platform/sync-ground.ts';

describe('a grant that is dead', () => {
  test('is 409 from then on, without asking the provider again, until it is connected again', async () => {
    const { sync, provider, clock, state, connect, id } = await syncGround();
    provider.answer = () => ({
      status: 400,
      body: { error: 'invalid_grant', error_description: 'refresh-0' },
    });
    clock.advance(2 * 60 * MINUTE);
    const response = await sync('zoom');
    expect(response.status).toBe(409);
    const text = await response.text();
    expect(JSON.parse(text)).toMatchObject({ code: 'needs_reconnect' });
    expect(text).not.toMatch(/access_token|refresh-0/);
    expect((await sync('zoom')).status).toBe(409);
    expect(provider.received).toHaveLength(1);
    expect(await state()).toMatchObject({ status: 'needs_reconnect', statusReason: 'needs_reconnect' });

    expect(await connect('zoom', { access_token: 'again' })).toBe(id);
    expect(await bodyOf(await sync('zoom'))).toMatchObject({ access_token: 'again' });
  });

  test('is what a token without a refresh token becomes when it ends, and not before', async () => {
    const { sync, clock, provider } = await syncGround({ refresh_token: undefined });
    clock.advance(59 * MINUTE + 30_000);
    expect((await sync('zoom')).status).toBe(200);
    clock.advance(MINUTE);
    expect((await sync('zoom')).status).toBe(409);
    expect(provider.received).toEqual([]);
  });

  test('is not taken for dead when another write landed while the provider was asked', async () => {
    const { sync, provider, clock, connect, state } = await syncGround();
    provider.answer = async () => {
      await connect('zoom', { access_token: 'imported meanwhile', refresh_token: 'r' });
      return { status: 400, body: { error: 'invalid_grant' } };
    };
    clock.advance(2 * 60 * MINUTE);
    expect(await bodyOf(await sync('zoom'))).toMatchObject({ access_token: 'imported meanwhile' });
    expect(await state()).toMatchObject({ status: 'connected', version: 2 });
  });

  test('an import that landed while the provider answered wins over the answer', async () => {
    const { sync, provider, clock, connect, state } = await syncGround();
    const issue = provider.answer;
    provider.answer = async request => {
      await connect('zoom', { access_token: 'imported meanwhile', refresh_token: 'r' });
      return issue(request);
    };
    clock.advance(2 * 60 * MINUTE);
    expect(await bodyOf(await sync('zoom'))).toMatchObject({ access_token: 'imported meanwhile' });
    expect(await state()).toMatchObject({ version: 2 });
  });
});
