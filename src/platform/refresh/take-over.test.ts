import { sql } from 'kysely';
import { describe, expect, onTestFinished, test } from 'vitest';
import { engines } from '../../../test/engines.ts';
import { HOUR_MS, type RefreshGround, refreshGround } from '../../../test/platform/refresh-ground.ts';
import { acquireLease, type Lease, releaseLease } from '../../lib/lease.ts';
import { type Outbound, OutboundError } from '../../lib/outbound.ts';
import { leaseName } from '../vault/index.ts';
import { type Freshness, freshCredential } from './fresh-credential.ts';
import { LEASE_MS, REFRESH_DEADLINE_MS } from './lease.ts';

const tokenOf = ({ credential }: { credential: { accessToken: string } }) => credential.accessToken;

/** A provider that takes each refresh token once. */
function strict({ provider }: RefreshGround): { dead: string[] } {
  const issue = provider.answer;
  const used = new Set<string | null>();
  const fake: { dead: string[] } = { dead: [] };
  provider.answer = request => {
    const presented = new URLSearchParams(request.body).get('refresh_token') ?? '';
    if (used.has(presented) || fake.dead.includes(presented)) {
      return { status: 400, body: { error: 'invalid_grant' } };
    }
    used.add(presented);
    return issue(request);
  };
  return fake;
}

/** The provider has answered, and the answer is lost on its way. */
const losing = (real: Outbound): Outbound => {
  return async (url, request) => {
    await real(url, request);
    throw new OutboundError('timeout', 'no answer within 30000 ms', true);
  };
};

/** A process that sleeps between the provider's answer and what it does with it. */
async function sleeper(ground: RefreshGround) {
  const answered = Promise.withResolvers<void>();
  const woken = Promise.withResolvers<void>();
  onTestFinished(() => woken.resolve());
  const outbound =
    (real: Outbound): Outbound =>
    async (url, request) => {
      const answer = await real(url, request);
      answered.resolve();
      await woken.promise;
      return answer;
    };
  const context = await ground.start({ outbound });
  return {
    answered: answered.promise,
    /** Begins a refresh. @returns what it comes to, once it is woken */
    refresh(id: string) {
      const refresh = freshCredential(context, id, { patienceMs: 60_000 }).then(tokenOf, error => error.code);
      return async () => {
        woken.resolve();
        return refresh;
      };
    },
  };
}

for (const engine of engines.filter(({ name }) => name !== 'pglite')) {
  describe.skipIf(!engine.available)(`an answer that was not committed on ${engine.name}`, () => {
    async function ground() {
      const { location, dispose } = await engine.create();
      onTestFinished(dispose);
      return refreshGround(location);
    }

    test('is committed by whoever comes next, before anything is asked', async () => {
      const one = await ground();
      strict(one);
      const id = await one.connect('rotating');
      const { db } = one.context.database;
      // Every commit fails, as long as the outbox is away.
      await db.schema.alterTable('outbox').renameTo('outbox_away').execute();
      const context = await one.start({ effects: { sleep: async () => undefined } });
      await expect(freshCredential(context, id)).rejects.toThrow('outbox');
      expect([await one.open(), (await one.state(id)).version]).toEqual([1, 1]);
      await db.schema.alterTable('outbox_away').renameTo('outbox').execute();
      expect(tokenOf(await freshCredential(one.context, id))).toBe('access-1');
      expect(one.provider.received).toHaveLength(1);
      expect(await one.open()).toBe(0);
      one.clock.advance(2 * HOUR_MS);
      expect(tokenOf(await freshCredential(one.context, id))).toBe('access-2');
      expect(await one.events()).toEqual([
        'connection.imported',
        'connection.refreshed',
        'connection.refreshed',
      ]);
    });

    test('loses to a newer one, is kept, and serves when that is dead', async () => {
      const one = await ground();
      const asleep = await sleeper(one);
      const id = await one.connect('graceful');
      const wake = asleep.refresh(id);
      await asleep.answered;
      await one.endLeases();
      // Within the grace the used token is taken again.
      expect(tokenOf(await freshCredential(one.context, id))).toBe('access-2');
      // The one that slept does not overwrite the newer.
      expect(await wake()).toBe('access-2');
      expect(await one.state(id)).toMatchObject({ version: 2 });
      expect(await one.open()).toBe(1);
      // The provider held to its first answer.
      strict(one).dead.push('refresh-2');
      one.clock.advance(2 * HOUR_MS);
      expect(tokenOf(await freshCredential(one.context, id))).toBe('access-3');
      expect(one.presented()).toEqual(['refresh-0', 'refresh-0', 'refresh-2', 'refresh-1']);
      expect(await one.state(id)).toMatchObject({ status: 'connected' });
      expect(await one.open()).toBe(0);
    });

    test('is no way out where it is the same that was stored and died', async () => {
      const one = await ground();
      const same = { access_token: 'access-same', refresh_token: 'refresh-same', expires_in: 3600 };
      one.provider.answer = () => ({ body: same });
      const asleep = await sleeper(one);
      const id = await one.connect('graceful');
      const wake = asleep.refresh(id);
      await asleep.answered;
      await one.endLeases();
      await freshCredential(one.context, id);
      expect(await wake()).toBe('access-same');
      one.clock.advance(2 * HOUR_MS);
      one.provider.answer = () => ({ status: 400, body: { error: 'invalid_grant' } });
      for (let asked = 0; asked < 3; asked += 1) {
        await expect(freshCredential(one.context, id)).rejects.toMatchObject({ code: 'needs_reconnect' });
      }
      expect(one.presented()).toEqual(['refresh-0', 'refresh-0', 'refresh-same']);
      expect(await one.state(id)).toMatchObject({ statusReason: 'needs_reconnect', version: 2 });
    });

    test('is forgotten once the newer one has proved to live', async () => {
      const one = await ground();
      const asleep = await sleeper(one);
      const id = await one.connect('graceful');
      const wake = asleep.refresh(id);
      await asleep.answered;
      await one.endLeases();
      await freshCredential(one.context, id);
      await wake();
      one.clock.advance(2 * HOUR_MS);
      await freshCredential(one.context, id);
      expect(one.presented()).toEqual(['refresh-0', 'refresh-0', 'refresh-2']);
      expect(await one.open()).toBe(0);
    });

    test('raises a grant that was called dead meanwhile', async () => {
      const one = await ground();
      strict(one);
      const asleep = await sleeper(one);
      const id = await one.connect('rotating');
      const wake = asleep.refresh(id);
      await asleep.answered;
      await one.endLeases();
      await expect(freshCredential(one.context, id)).rejects.toMatchObject({ code: 'needs_reconnect' });
      expect(await one.state(id)).toMatchObject({ status: 'needs_reconnect', statusReason: 'answer_lost' });
      expect(await wake()).toBe('access-1');
      expect(await one.state(id)).toMatchObject({ status: 'connected', version: 2 });
      expect(await one.events()).toEqual([
        'connection.imported',
        'connection.needs_reconnect answer_lost',
        'connection.recovered',
      ]);
      one.clock.advance(2 * HOUR_MS);
      expect(tokenOf(await freshCredential(one.context, id))).toBe('access-2');
    });

    test('is given up when its user has granted anew', async () => {
      const one = await ground();
      const asleep = await sleeper(one);
      const id = await one.connect('rotating');
      const wake = asleep.refresh(id);
      await asleep.answered;
      const again = { imported: false, access_token: 'anew', refresh_token: 'refresh-anew' };
      expect(await one.connect('rotating', { ...again, expiry_date: one.clock.now() + HOUR_MS })).toBe(id);
      expect(await wake()).toBe('anew');
      expect(await one.open()).toBe(0);
    });

    test('is the next state of a grant that was connected anew without a refresh token', async () => {
      const one = await ground();
      strict(one);
      const asleep = await sleeper(one);
      const id = await one.connect('rotating');
      const wake = asleep.refresh(id);
      await asleep.answered;
      // The provider gave none again, so that the vault keeps the one that is being used up.
      const again = { imported: false, access_token: 'anew', refresh_token: undefined };
      expect(await one.connect('rotating', { ...again, expiry_date: one.clock.now() + HOUR_MS })).toBe(id);
      expect(await wake()).toBe('access-1');
      one.clock.advance(2 * HOUR_MS);
      expect(tokenOf(await freshCredential(one.context, id))).toBe('access-2');
      expect(one.presented()).toEqual(['refresh-0', 'refresh-1']);
    });
  });
}

describe('an answer that was lost on its way', () => {
  const MINUTE = 60_000;
  const AHEAD = { minimumMs: 10 * MINUTE };

  /** A refresh ahead of need whose answer is lost, of a token that serves for 4 minutes more. */
  async function lost(slug: string, outbound = losing) {
    const ground = await refreshGround();
    strict(ground);
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
      'connection.needs_reconnect answer_lost',
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

test('an answer that cannot be written down yet is not given up', async () => {
  const ground = await refreshGround();
  const id = await ground.connect('rotating');
  const { db } = ground.context.database;
  let pauses = 0;
  const context = await ground.start({
    effects: {
      async sleep() {
        pauses += 1;
        if (pauses === 4) await db.schema.alterTable('journal_away').renameTo('refresh_attempt').execute();
      },
    },
  });
  const issue = ground.provider.answer;
  ground.provider.answer = async request => {
    await db.schema.alterTable('refresh_attempt').renameTo('journal_away').execute();
    return issue(request);
  };
  expect(tokenOf(await freshCredential(context, id))).toBe('access-1');
  expect([pauses, ground.provider.received.length, await ground.open()]).toEqual([4, 1, 0]);
  expect(ground.logged.filter(line => line.includes('not written down yet'))).toHaveLength(4);
  expect(ground.logged.join('')).not.toMatch(/access-|refresh-\d/);
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

test('what a provider answers to a connection that is gone is revoked there', async () => {
  const ground = await refreshGround();
  const id = await ground.connect('rotating');
  const { db } = ground.context.database;
  const issue = ground.provider.answer;
  ground.provider.answer = async request => {
    if (request.url === '/revoke') return {};
    await db.deleteFrom('connection').execute();
    return issue(request);
  };
  await expect(freshCredential(ground.context, id)).rejects.toMatchObject({ code: 'connection_not_found' });
  expect(
    ground.provider.received.map(({ url, body }) => [url, new URLSearchParams(body).get('token')]),
  ).toEqual([
    ['/', null],
    ['/revoke', 'access-1'],
  ]);
  expect(await ground.open()).toBe(0);
});

describe('the lease', () => {
  test('that has too little left for the request is given back, and taken anew', async () => {
    const ground = await refreshGround();
    const id = await ground.connect('rotating');
    const { db } = ground.context.database;
    let at = 0;
    let begun = 0;
    const slow = await ground.start({
      effects: {
        monotonic: () => at,
        step(name) {
          // The process sleeps before it sends, the first time.
          if (name === 'refresh.begun' && ++begun === 1) at += LEASE_MS - REFRESH_DEADLINE_MS + 1;
        },
      },
    });
    expect(tokenOf(await freshCredential(slow, id))).toBe('access-1');
    expect([begun, ground.provider.received.length, await ground.open()]).toEqual([2, 1, 0]);
    const [lease] = await sql<{ generation: number }>`select "generation" from "lease"`
      .execute(db)
      .then(({ rows }) => rows);
    expect(lease).toEqual({ generation: 2 });
  });

  test('that never suffices is not tried without an end, and nothing is sent', async () => {
    const ground = await refreshGround();
    const id = await ground.connect('rotating');
    let at = 0;
    const slow = await ground.start({
      effects: {
        monotonic: () => at,
        step: name => {
          if (name === 'refresh.begun') at += LEASE_MS;
        },
      },
    });
    await expect(freshCredential(slow, id)).rejects.toMatchObject({ code: 'busy' });
    expect([ground.provider.received.length, await ground.open()]).toEqual([0, 0]);
  });

  test('of another process is not given back by one whose time ran out', async () => {
    const ground = await refreshGround();
    const asleep = await sleeper(ground);
    const id = await ground.connect('rotating');
    const wake = asleep.refresh(id);
    await asleep.answered;
    await ground.endLeases();
    const lease = await acquireLease(ground.context.database, leaseName(id), 60_000);
    expect(await wake()).toBe('access-1');
    expect(await releaseLease(ground.context.database, lease as Lease)).toBe(true);
  });
});
