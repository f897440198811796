import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { type BothSides, startBothSides } from '../../../test/both-sides.ts';
import { describeEngines } from '../../../test/engines.ts';
import { answering } from '../../../test/faulty-server.ts';
import { scriptedServer } from '../../../test/platform/server.ts';
import { SLUG, tokenGround } from '../../../test/token-ground.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;
const SKEW = 5 * MINUTE;

// The instance's clock is the true one here, which the provider goes by; the platform's is wrong.
describeEngines('with a platform whose clock is five minutes', engine => {
  describe.each([
    ['ahead', SKEW],
    ['behind', -SKEW],
  ])('%s', (_, platformAheadMs) => {
    /** Both sides and a provider whose tokens hold for an hour; tokens are named by when they end. */
    async function setUp() {
      let sides!: BothSides;
      const provider = await scriptedServer(() => ({
        body: {
          access_token: `ends-${sides.clock.now() + HOUR}`,
          refresh_token: 'refresh',
          expires_in: 3600,
          token_type: 'Bearer',
        },
      }));
      const providers = async () => ({ [SLUG]: { tokenEndpoint: `${provider.url}/token` } });
      sides = await startBothSides(engine, providers, { platformAheadMs });
      const { clock, userId, platform, instance } = sides;
      await platform.api('POST', '/api/keyferry/v1/connections', {
        externalUserId: 'ada',
        calcomUserId: userId,
        appSlug: SLUG,
        credential: {
          access_token: `ends-${clock.now() + HOUR}`,
          refresh_token: 'refresh',
          expires_in: 3600,
        },
      });
      await platform.role.runOutbox();
      const token = () => instance.role.accessToken({ userId, appSlug: SLUG });
      const askedAt = async () => {
        const { rows } = await sql<{ refreshedAt: number | null }>`
          select "refreshedAt" from "Credential"`.execute(instance.role.database.db);
        return rows[0]?.refreshedAt;
      };
      return { clock, token, askedAt, refreshes: () => provider.received.length };
    }

    test('no token is handed out dead or told to last too long, and none is asked for again and again', async () => {
      const { clock, token, askedAt, refreshes } = await setUp();
      const asked = new Set<unknown>();
      for (let minute = 0; minute < 130; minute += 1) {
        for (let use = 0; use < 2; use += 1) {
          const { accessToken, expiresAt } = await token();
          const end = Number(accessToken.slice('ends-'.length));
          expect(end).toBeGreaterThan(clock.now());
          // To the second: a lifetime travels in whole ones.
          expect(expiresAt).toBeLessThanOrEqual(end + 1_000);
          asked.add(await askedAt());
        }
        clock.advance(MINUTE);
      }
      // A token an hour. Where the platform is behind, the last minutes of each ask once a minute.
      expect(refreshes()).toBe(2);
      expect(asked.size).toBeGreaterThan(2);
      expect(asked.size).toBeLessThanOrEqual(1 + 2 * 7);
    });
  });
});

describeEngines('an answer of a platform of another make, whose clock is wrong', engine => {
  const ground = tokenGround(engine);
  const { token, pushExpired, push } = ground;
  const asked = () => ground.platform.seen.length;

  test('ahead, with a lifetime beside the date: the lifetime counts', async () => {
    const now = ground.clock.now();
    await pushExpired();
    const both = { access_token: 'new', expires_in: 3600, expiry_date: now + HOUR + SKEW };
    ground.platform.answer = answering(200, both);
    expect((await token()).expiresAt).toBe(now + HOUR);
    await push({ ...both, access_token: 'pushed' });
    expect(await token()).toMatchObject({ accessToken: 'pushed', expiresAt: now + HOUR });
    expect(asked()).toBe(1);
  });

  test('behind, with a lifetime beside a date that has passed: used for as long as it is sure, a minute at most', async () => {
    const now = ground.clock.now();
    await pushExpired();
    ground.platform.answer = answering(200, {
      access_token: 'new',
      expires_in: 240,
      expiry_date: now + 240_000 - SKEW,
    });
    for (let use = 0; use < 5; use += 1) {
      expect(await token()).toMatchObject({ accessToken: 'new', expiresAt: now + MINUTE });
    }
    expect(asked()).toBe(1);
  });

  test('behind, with a date alone that has passed: told as it is, and asked for once a minute', async () => {
    const expiry_date = ground.clock.now() - SKEW + MINUTE;
    await pushExpired();
    ground.clock.advance(1);
    ground.platform.answer = answering(200, { access_token: 'new', expiry_date });
    for (let use = 0; use < 5; use += 1) {
      expect(await token()).toMatchObject({ accessToken: 'new', expiresAt: expiry_date });
    }
    expect(asked()).toBe(1);
    ground.clock.advance(MINUTE);
    for (let use = 0; use < 5; use += 1) await token();
    expect(asked()).toBe(2);
    // A caller who knows that it is dead does not wait.
    await token({ rejectedToken: 'new' });
    expect(asked()).toBe(3);
  });

  test('a push of a token that has ended is asked about, however short a while ago the last answer came', async () => {
    await pushExpired();
    ground.platform.answer = answering(200, { access_token: 'new', expires_in: 3600 });
    await token();
    await pushExpired();
    await token();
    expect(asked()).toBe(2);
  });

  test('a lifetime that was stored with the token long ago does not keep it alive', async () => {
    const now = ground.clock.now();
    await push({ access_token: 'old', expires_in: 3600, expires_at: (now + MINUTE) / 1000 });
    expect((await token()).expiresAt).toBe(now + MINUTE);
  });
});
