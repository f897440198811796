import { describe, expect, test } from 'vitest';
import { HOUR_MS, losing, refreshGround, strictly, tokenOf } from '../../../test/platform/refresh-ground.ts';
import { type Outbound, OutboundError } from '../../lib/outbound.ts';
import { type Freshness, freshCredential } from './fresh-credential.ts';

describe('an answer that was lost on its way', () => {
  const MINUTE = 60_000;
  const AHEAD = { minimumMs: 10 * MINUTE };

  /** A refresh ahead of need whose answer is lost, of a token that serves for 4 minutes more. */
  async function lost(slug: string, outbound = losing) {
    const ground = await refreshGround();
    strictly(ground);
    const endsAt = ground.clock.now() + 4 * MINUTE;
    const id = await ground.connect(slug, { expiry_date: endsAt });
    const context = await ground.start({ outbound });
    expect(tokenOf(await freshCredential(context, id, AHEAD))).toBe('access-0');
    const ask = (freshness: Freshness = {}) =>
      freshCredential(ground.context, id, freshness).then(tokenOf, error => error.code);
    return { ...ground, id, endsAt, ask };
  }

  test('is asked for again at once where a refresh ends nothing', async () => {
    const ground = await refreshGround();
    const id = await ground.connect('lasting', { expiry_date: ground.clock.now() + 4 * MINUTE });
    await freshCredential(await ground.start({ outbound: losing }), id, AHEAD);
    ground.clock.advance(1_000);
    expect(tokenOf(await freshCredential(ground.context, id, AHEAD))).toBe('access-2');
    expect(ground.presented()).toEqual(['refresh-0', 'refresh-0']);
    expect(await ground.state(id)).toMatchObject({ status: 'connected', version: 2 });
  });

  test('is asked for again within the grace, though the token still serves', async () => {
    const ground = await refreshGround();
    const id = await ground.connect('graceful', { expiry_date: ground.clock.now() + 4 * MINUTE });
    await freshCredential(await ground.start({ outbound: losing }), id, AHEAD);
    ground.clock.advance(1_000);
    expect(tokenOf(await freshCredential(ground.context, id, AHEAD))).toBe('access-2');
    expect(ground.presented()).toEqual(['refresh-0', 'refresh-0']);
    expect(await ground.state(id)).toMatchObject({ status: 'connected', version: 2 });
  });

  test.each([
    ['rotating', 1_000],
    ['graceful', MINUTE],
  ])('is not asked for while the token serves and there is no grace (%s)', async (slug, afterMs) => {
    const { ask, provider, clock, state, id, endsAt, events } = await lost(slug);
    for (clock.advance(afterMs); clock.now() < endsAt - 6_000; clock.advance(10_000)) {
      expect(await ask(AHEAD)).toBe('access-0');
    }
    expect(provider.received).toHaveLength(1);
    const row = await state(id);
    expect(row).toMatchObject({ status: 'failing', statusReason: 'provider_answer_missing' });
    // Whoever refreshes ahead comes back in time.
    expect(row.retryAt).toBeLessThanOrEqual(endsAt - 5_000);
    expect(await events()).toEqual(['connection.imported', 'connection.failing provider_unanswered']);
  });

  test('is worked on when the token ends, and whoever is told that it is refused need not wait for that', async () => {
    const { ask, clock, state, id, endsAt, presented } = await lost('rotating');
    clock.advance(MINUTE);
    expect(await ask(AHEAD)).toBe('access-0');
    const row = await state(id);
    expect(row).toMatchObject({ statusReason: 'provider_answer_missing', refreshDueAt: endsAt - 5_000 });
    expect(row.retryAt).toBeLessThanOrEqual(clock.now() + MINUTE);
    clock.advance(MINUTE);
    expect(await ask({ rejected: token => token === 'access-0' })).toBe('needs_reconnect');
    expect(presented()).toEqual(['refresh-0', 'refresh-0']);
  });

  test('costs the grant at its end, where the provider had spent the token: the reason is told', async () => {
    const { ask, clock, state, id, events, presented } = await lost('rotating');
    clock.advance(5 * MINUTE);
    expect(await ask()).toBe('needs_reconnect');
    expect(await ask()).toBe('needs_reconnect');
    expect(presented()).toEqual(['refresh-0', 'refresh-0']);
    expect(await state(id)).toMatchObject({ status: 'needs_reconnect', statusReason: 'answer_lost' });
    expect(await events()).toEqual([
      'connection.imported',
      'connection.failing provider_unanswered',
      expect.stringMatching(
        /^connection.needs_reconnect answer_lost: the refresh sent at 2\S+ by \S+ has no answer \(no answer within 30000 ms\); tried again at 2\S+: answered 400 invalid_grant$/,
      ),
    ]);
  });

  test('costs nothing where the request was lost before it: the old token is tried at the end', async () => {
    const unsent = (): Outbound => async () => {
      throw new OutboundError('connection', 'UND_ERR_SOCKET', true);
    };
    const { ask, clock, state, id, events, presented, open } = await lost('rotating', unsent);
    clock.advance(5 * MINUTE);
    expect(await ask()).toBe('access-1');
    expect(presented()).toEqual(['refresh-0']);
    expect(await state(id)).toMatchObject({ status: 'connected', version: 2 });
    expect(await events()).toEqual([
      'connection.imported',
      'connection.failing provider_unanswered',
      'connection.recovered',
    ]);
    // The first attempt may still be answered, as far as anybody knows; the next refresh ends that.
    expect(await open()).toBe(1);
    clock.advance(2 * HOUR_MS);
    expect(await ask()).toBe('access-2');
    expect(await open()).toBe(0);
  });

  test('is asked for again once the token is refused: there is nothing left to lose', async () => {
    const { ask, clock, presented } = await lost('rotating');
    clock.advance(MINUTE);
    expect(await ask({ rejected: token => token === 'access-0' })).toBe('needs_reconnect');
    expect(presented()).toEqual(['refresh-0', 'refresh-0']);
  });
});

describe('a provider that does not answer for long', () => {
  const silent = (): Outbound => async () => {
    throw new OutboundError('timeout', 'no answer within 30000 ms', true);
  };
  test.each([
    ['rotating', 1],
    ['lasting', 0],
  ])('leaves one trace at most, however often it is tried (%s)', async (slug, traces) => {
    const ground = await refreshGround();
    const id = await ground.connect(slug);
    const context = await ground.start({ outbound: silent });
    for (let tries = 0; tries < 5; tries += 1) {
      await expect(freshCredential(context, id)).rejects.toMatchObject({ code: 'provider_unanswered' });
      ground.clock.advance(10 * 60_000);
    }
    expect(await ground.open()).toBe(traces);
    expect((await ground.state(id)).failures).toBe(5);
  });
});
