import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { describeEngines } from '../../../test/engines.ts';
import { answering } from '../../../test/faulty-server.ts';
import { SLUG, tokenGround } from '../../../test/token-ground.ts';
import { createCatalogue } from '../../apps/index.ts';
import { createEffects } from '../../lib/effects.ts';
import { acquireLease, releaseLease } from '../../lib/lease.ts';
import { createOutbound } from '../../lib/outbound.ts';
import { createAccessToken } from '../access-token.ts';
import { leaseName } from '../store/index.ts';
import { LEASE_MS } from './ask-and-store.ts';
import { watchPlatform } from './platform.ts';
import { SYNC_DEADLINE_MS } from './sync-client.ts';

const HOUR = 3_600_000;

describeEngines('a holder of the lease', engine => {
  const ground = tokenGround(engine);
  const { token, row, push, pushExpired, elapse } = ground;

  /** The lease runs out in the database, as it does while its holder is paused. */
  async function runOut(): Promise<void> {
    const name = leaseName((await row()).id);
    await sql`update "lease" set "until" = 1 where "name" = ${name}`.execute(ground.database.db);
  }

  /** A process that is paused once: when it has taken the lease, has read the row again, and is about to send. */
  function pausedBeforeSending(pause: () => Promise<void>) {
    const { database, config } = ground;
    const effects = createEffects({ now: ground.clock.now, ...ground.effects() });
    const outbound = createOutbound({ deadlineMs: 10_000, maxBytes: 1_000, addresses: 'any' });
    onTestFinished(outbound.close);
    let leased = false;
    let paused = false;
    const db = database.db.withPlugin({
      transformQuery: ({ node }) => node,
      async transformResult({ result }) {
        const names = Object.keys(result.rows[0] ?? {});
        leased ||= names.includes('generation');
        if (leased && !paused && names.includes('sealedKey')) {
          paused = true;
          await pause();
        }
        return result;
      },
    });
    const platform = watchPlatform({ database, effects });
    // Small reads go through the builder too, so that the plugin sees them.
    const held = { ...database, db, sqlite: null, reads: null, writes: null };
    const catalogue = createCatalogue();
    const accessToken = createAccessToken({ config, database: held, catalogue, effects, outbound, platform });
    return async () => {
      const given = await accessToken({ userId: ground.userId, appSlug: SLUG });
      expect(paused).toBe(true);
      return given;
    };
  }

  test('has longer than the request under it may take', () => {
    expect(LEASE_MS).toBeGreaterThan(SYNC_DEADLINE_MS);
  });

  test('that was paused past its lease sends nothing, and gives what its successor stored', async () => {
    await pushExpired();
    ground.platform.answer = answering(200, { access_token: "the successor's", expires_in: 3600 });
    const paused = pausedBeforeSending(async () => {
      elapse(LEASE_MS);
      await runOut();
      expect((await token()).accessToken).toBe("the successor's");
    });
    expect((await paused()).accessToken).toBe("the successor's");
    expect(ground.platform.seen).toHaveLength(1);
    expect(await row()).toMatchObject({ version: 2, status: 'working' });
  });

  test('that has less left than the request may take sends nothing either, and takes the lease again', async () => {
    await pushExpired();
    ground.platform.answer = answering(200, { access_token: 'new', expires_in: 3600 });
    const paused = pausedBeforeSending(async () => {
      elapse(LEASE_MS - SYNC_DEADLINE_MS + 1);
      expect(ground.platform.seen).toHaveLength(0);
    });
    expect((await paused()).accessToken).toBe('new');
    expect(ground.platform.seen).toHaveLength(1);
    const { rows } = await sql`select "generation" from "lease"
      where "name" = ${leaseName((await row()).id)}`.execute(ground.database.db);
    expect(rows).toEqual([{ generation: 2 }]);
  });

  test('whose answer comes after its successor stored one does not write over it', async () => {
    await pushExpired();
    const successor = await ground.another();
    ground.platform.answer = async (_, response) => {
      ground.platform.answer = answering(200, { access_token: 'newer', expires_in: 3600 });
      await runOut();
      expect((await token({}, successor)).accessToken).toBe('newer');
      response.end(JSON.stringify({ access_token: 'older', expires_in: 3600 }));
    };
    expect((await token()).accessToken).toBe('newer');
    expect((await token()).accessToken).toBe('newer');
    expect(await row()).toMatchObject({ version: 2, status: 'working' });
  });

  test('whose answer comes while its successor is still asking writes nothing, and waits for it', async () => {
    await pushExpired();
    const name = leaseName((await row()).id);
    ground.platform.answer = async (_, response) => {
      await runOut();
      const successor = await acquireLease(ground.database, name, HOUR);
      if (successor === null) expect.unreachable('the lease has run out');
      response.end(JSON.stringify({ access_token: 'older', expires_in: 3600 }));
      ground.platform.answer = answering(200, { access_token: 'newer', expires_in: 3600 });
      // Long enough for a write that must not come.
      await new Promise(resolve => setTimeout(resolve, 100));
      expect(await row()).toMatchObject({ version: 1 });
      await releaseLease(ground.database, successor);
    };
    expect((await token()).accessToken).toBe('newer');
    expect(await row()).toMatchObject({ version: 2 });
  });

  test('whose failure comes after its successor stored a token is not noted, and gives that token', async () => {
    await pushExpired();
    const successor = await ground.another();
    ground.platform.answer = async (_, response) => {
      ground.platform.answer = answering(200, { access_token: 'newer', expires_in: 3600 });
      await runOut();
      await token({}, successor);
      response.writeHead(500).end();
    };
    expect((await token()).accessToken).toBe('newer');
    expect(await row()).toMatchObject({ version: 2, status: 'working', failures: 0 });
    expect(await ground.events()).toEqual(['credential.pushed version 1', 'credential.refreshed version 2']);
  });

  test('that asks in vain while a push lands gives what was pushed', async () => {
    await pushExpired();
    ground.platform.answer = async (_, response) => {
      await push({ access_token: 'pushed', expires_in: 3600 });
      response.writeHead(409).end('{"code":"needs_reconnect"}');
    };
    expect((await token()).accessToken).toBe('pushed');
    expect(await row()).toMatchObject({ version: 2, status: 'working' });
  });

  test('does not give back the lease of its successor', async () => {
    await pushExpired();
    const name = leaseName((await row()).id);
    ground.platform.answer = async (_, response) => {
      await runOut();
      await acquireLease(ground.database, name, HOUR);
      response.writeHead(500).end();
    };
    await expect(token()).rejects.toMatchObject({ code: 'platform_unreachable' });
    expect(await acquireLease(ground.database, name, HOUR)).toBeNull();
  });

  test('never writes over a push, however long it was paused; and a push never loses to it', async () => {
    await pushExpired();
    ground.platform.answer = async (_, response) => {
      await push({ access_token: 'pushed', expiry_date: ground.clock.now() + HOUR });
      response.end(JSON.stringify({ access_token: 'answered', expires_in: 7200 }));
    };
    expect((await token()).accessToken).toBe('pushed');
    // The other order: the push is the later of the two.
    ground.platform.answer = answering(200, { access_token: 'forced', expires_in: 3600 });
    expect((await token({ force: true })).accessToken).toBe('forced');
    await push({ access_token: 'pushed again', expiry_date: ground.clock.now() + HOUR });
    expect((await token()).accessToken).toBe('pushed again');
  });

  test('that waits too long for another says so, and asked nothing', async () => {
    await pushExpired();
    await acquireLease(ground.database, leaseName((await row()).id), HOUR);
    const waiting = await ground.another({ sleep: async ms => elapse(ms * 20) });
    await expect(token({}, waiting)).rejects.toMatchObject({
      code: 'busy',
      status: 503,
      retryAfterMs: 1_000,
    });
    await expect(token({ now: true }, waiting)).rejects.toMatchObject({ code: 'busy' });
    expect(ground.platform.seen).toHaveLength(0);
    expect(await row()).toMatchObject({ status: 'working', failures: 0 });
  });

  test('that fails fails for all who wait, in every process: one request, one mark, one event', async () => {
    await pushExpired();
    const others = [ground.side.instance, await ground.another(), await ground.another()];
    ground.platform.answer = async (_, response) => {
      await new Promise(resolve => setTimeout(resolve, 50));
      response.writeHead(500).end();
    };
    const callers = others.flatMap(instance => Array.from({ length: 50 }, () => token({}, instance)));
    const codes = (await Promise.allSettled(callers)).map(told =>
      told.status === 'rejected' ? told.reason.code : 'given',
    );
    expect(new Set(codes)).toEqual(new Set(['platform_unreachable']));
    expect(ground.platform.seen).toHaveLength(1);
    expect(await row()).toMatchObject({ failures: 1 });
    expect(await ground.events()).toHaveLength(2);
  });

  test('that is told that nothing is newer tells all who wait: one request', async () => {
    const expiry_date = ground.clock.now() + 60_000;
    await push({ access_token: 'same', expiry_date });
    const others = [ground.side.instance, await ground.another(), await ground.another()];
    ground.platform.answer = async (_, response) => {
      await new Promise(resolve => setTimeout(resolve, 50));
      response.end(JSON.stringify({ access_token: 'same', expiry_date }));
    };
    const ask = () => others.map(instance => token({ minimumSeconds: 600 }, instance));
    const given = await Promise.all([...ask(), ...ask()]);
    expect(new Set(given.map(({ accessToken }) => accessToken))).toEqual(new Set(['same']));
    expect(ground.platform.seen).toHaveLength(1);
    expect(await row()).toMatchObject({ version: 1, refreshedAt: ground.clock.now() });
  });
});
