import { describe, expect, onTestFinished, test } from 'vitest';
import { engines } from '../../../test/engines.ts';
import {
  CALCOM_USER,
  CLIENT,
  connectionsOf,
  type PlatformOptions,
  pushed,
  startPlatform,
  type TestPlatform,
} from '../../../test/platform/platform.ts';
import { scriptedServer } from '../../../test/platform/server.ts';
import { LEAD_MS } from '../lifetime/index.ts';
import { CLAIM_MS, WIDTH } from './lane.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** As long as the test may take: how fast the machine is decides nothing. */
const PATIENT = { timeout: 30_000, interval: 5 };

/** Every app's provider answers with tokens of an hour; each answer is another one. */
async function setUp(options: PlatformOptions = {}) {
  let answers = 0;
  const issue = () => {
    answers += 1;
    return { body: { access_token: `access-${answers}`, refresh_token: 'r', expires_in: 3600 } };
  };
  const provider = await scriptedServer(issue);
  const other = await scriptedServer(issue);
  const receiver = await scriptedServer();
  const providers = { zoom: { tokenEndpoint: provider.url }, dub: { tokenEndpoint: other.url } };
  const made = await startPlatform({ webappUrl: receiver.url, providers, ...options });
  await made.api('PUT', '/api/keyferry/v1/apps/dub', { keys: CLIENT });
  const credential = (leftMs: number | null) => ({
    access_token: 'access-0',
    refresh_token: 'r',
    ...(leftMs === null ? {} : { expiry_date: made.clock.now() + leftMs }),
  });
  return { ...made, issue, provider, other, receiver, credential };
}

async function connectMany({ api }: Pick<TestPlatform, 'api'>, count: number, body: object): Promise<void> {
  for (let user = 1; user <= count; user += 1) {
    const whose = { externalUserId: `user-${user}`, calcomUserId: user };
    const answer = await api('POST', '/api/keyferry/v1/connections', { ...whose, ...body });
    expect(answer.status).toBe(201);
  }
}

for (const engine of engines.filter(({ name }) => name !== 'pglite')) {
  test.skipIf(!engine.available)(
    `a token is replaced before it ends, and pushed, once, on ${engine.name}`,
    async () => {
      const { location, dispose } = await engine.create();
      onTestFinished(dispose);
      const { platform, connect, clock, receiver, provider, credential, api } = await setUp({ location });
      await connect('zoom', credential(HOUR));
      await platform.runOutbox();
      clock.advance(HOUR / 2);
      expect(await platform.runAhead()).toBe(0);
      clock.advance(HOUR / 2 - LEAD_MS);
      expect(await platform.runAhead()).toBe(1);
      expect(await platform.runAhead()).toBe(0);
      await platform.runOutbox();
      expect(receiver.received.map(({ body }) => pushed(body))).toMatchObject([
        { userId: CALCOM_USER, appSlug: 'zoom', keys: { access_token: 'access-0' } },
        { userId: CALCOM_USER, appSlug: 'zoom', keys: { access_token: 'access-1' } },
      ]);
      expect(provider.received).toHaveLength(1);
      expect(await connectionsOf({ api })).toMatchObject([{ status: 'connected', version: 2 }]);
      clock.advance(HOUR - LEAD_MS);
      expect(await platform.runAhead()).toBe(1);
    },
  );
}

test('an idle grant of a token that never ends is used in time', async () => {
  const { platform, connect, clock, credential, provider } = await setUp();
  await connect('zoom', credential(null));
  clock.advance(60 * DAY);
  expect(await platform.runAhead()).toBe(0);
  clock.advance(90 * DAY - 60 * DAY - 13 * DAY);
  expect(await platform.runAhead()).toBe(1);
  expect(provider.received).toHaveLength(1);
});

test('a grant without a refresh token is found to be over when its token has ended', async () => {
  const { platform, connect, clock, provider, api } = await setUp();
  await connect('zoom', { access_token: 'access-0', expiry_date: clock.now() + MINUTE });
  clock.advance(MINUTE - 1);
  expect(await platform.runAhead()).toBe(0);
  expect(await connectionsOf({ api })).toMatchObject([{ status: 'connected' }]);
  clock.advance(1);
  expect(await platform.runAhead()).toBe(1);
  expect(await connectionsOf({ api })).toMatchObject([{ status: 'needs_reconnect' }]);
  clock.advance(DAY);
  expect(await platform.runAhead()).toBe(0);
  expect(provider.received).toEqual([]);
});

test('a dead grant is not tried again until it is connected again', async () => {
  const { platform, connect, clock, provider, credential, issue } = await setUp();
  await connect('zoom', credential(HOUR));
  provider.answer = () => ({ status: 400, body: { error: 'invalid_grant' } });
  clock.advance(HOUR);
  expect(await platform.runAhead()).toBe(1);
  clock.advance(DAY);
  expect(await platform.runAhead()).toBe(0);
  provider.answer = issue;
  await connect('zoom', credential(HOUR));
  clock.advance(HOUR);
  expect(await platform.runAhead()).toBe(1);
  expect(provider.received).toHaveLength(2);
});

test('what a user entered, and what was there before anything was planned, is left as it is', async () => {
  const { platform, connect, clock, provider, credential } = await setUp();
  const id = await connect('dub', credential(null));
  const { db } = platform.database;
  await db.updateTable('connection').set({ refreshDueAt: clock.now() }).where('id', '=', id).execute();
  expect(await platform.runAhead()).toBe(1);
  expect(await platform.runAhead()).toBe(0);
  const [row] = await db.selectFrom('connection').select(['refreshDueAt', 'version']).execute();
  expect(row).toEqual({ refreshDueAt: null, version: 1 });
  expect(provider.received).toEqual([]);
});

test('all that is due is refreshed, however many, as many at once as an app may have', async () => {
  const { platform, api, clock, credential, provider, issue } = await setUp();
  await connectMany({ api }, 3 * WIDTH, { appSlug: 'zoom', credential: credential(HOUR) });
  clock.advance(HOUR);
  let atOnce = 0;
  let most = 0;
  provider.answer = async () => {
    atOnce += 1;
    most = Math.max(most, atOnce);
    await new Promise(resolve => setImmediate(resolve));
    atOnce -= 1;
    return issue();
  };
  expect(await platform.runAhead()).toBe(3 * WIDTH);
  expect(provider.received).toHaveLength(3 * WIDTH);
  expect(most).toBeLessThanOrEqual(WIDTH);
});

test('two processes share what is due: nothing is refreshed twice', async () => {
  const { platform, api, clock, credential, provider, config } = await setUp();
  const { providers } = config;
  const two = await startPlatform({ location: config.database, providers, clock });
  await connectMany({ api }, 60, { appSlug: 'zoom', credential: credential(HOUR) });
  clock.advance(HOUR);
  const handled = await Promise.all([platform.runAhead(), two.platform.runAhead()]);
  expect(handled[0] + handled[1]).toBe(60);
  expect(provider.received).toHaveLength(60);
});

test('what a killed process had claimed is due again when its claim has run out', async () => {
  const { platform, connect, clock, credential, provider } = await setUp();
  await connect('zoom', credential(HOUR));
  clock.advance(HOUR);
  const { db } = platform.database;
  await db
    .updateTable('connection')
    .set({ refreshDueAt: clock.now() + CLAIM_MS })
    .execute();
  expect(await platform.runAhead()).toBe(0);
  clock.advance(CLAIM_MS);
  expect(await platform.runAhead()).toBe(1);
  expect(provider.received).toHaveLength(1);
});

test('what somebody has refreshed since it was claimed is not refreshed again', async () => {
  const { platform, connect, clock, credential, provider, sync, issue } = await setUp();
  await connect('zoom', credential(HOUR));
  clock.advance(HOUR);
  const { db } = platform.database;
  const dueAt = async () =>
    (await db.selectFrom('connection').select('refreshDueAt').executeTakeFirst())?.refreshDueAt;
  let ahead: Promise<number> | undefined;
  provider.answer = async () => {
    // The scheduler claims it while an instance's request is at the provider.
    ahead = platform.runAhead();
    await expect.poll(dueAt, PATIENT).toBeGreaterThan(clock.now());
    return issue();
  };
  expect((await sync('zoom')).status).toBe(200);
  expect(await ahead).toBe(1);
  expect(provider.received).toHaveLength(1);
});

describe('a provider', () => {
  test('that hangs holds up no other', async () => {
    const { platform, api, clock, credential, provider, other, issue } = await setUp();
    const release = Promise.withResolvers<void>();
    onTestFinished(() => release.resolve());
    provider.answer = async () => {
      await release.promise;
      return issue();
    };
    await connectMany({ api }, WIDTH + 5, { appSlug: 'zoom', credential: credential(HOUR) });
    await connectMany({ api }, 5, { appSlug: 'dub', credential: credential(HOUR) });
    clock.advance(HOUR);
    const all = platform.runAhead();
    const reached = () => provider.received.length >= WIDTH && other.received.length >= 5;
    await expect.poll(reached, PATIENT).toBe(true);
    clock.advance(HOUR);
    // The hanging ones are still under way; what is due of the other goes on.
    const again = platform.runAhead();
    await expect.poll(() => other.received.length, PATIENT).toBe(10);
    release.resolve();
    expect(await all).toBeGreaterThanOrEqual(10 + WIDTH);
    await again;
  });

  test('that is down is asked by fewer and fewer, then left alone for a time, and asked again', async () => {
    const { platform, api, clock, credential, provider, issue } = await setUp();
    await connectMany({ api }, 3 * WIDTH, { appSlug: 'zoom', credential: credential(HOUR) });
    clock.advance(HOUR);
    provider.answer = () => ({ status: 500 });
    await platform.runAhead();
    const asked = provider.received.length;
    expect(asked).toBeLessThan(2 * WIDTH);
    expect(await platform.runAhead()).toBe(0);
    provider.answer = issue;
    for (let minute = 1; minute <= 10; minute += 1) {
      clock.advance(MINUTE);
      await platform.runAhead();
    }
    expect(await connectionsWith(api, 'failing')).toBe(0);
    expect(provider.received.length).toBe(asked + 3 * WIDTH);
  });

  test('that refuses the client is asked once for all its grants', async () => {
    const { platform, api, clock, credential, provider } = await setUp();
    await connectMany({ api }, WIDTH / 2, { appSlug: 'zoom', credential: credential(HOUR) });
    clock.advance(HOUR);
    provider.answer = () => ({ status: 401, body: { error: 'invalid_client' } });
    await platform.runAhead();
    const asked = provider.received.length;
    expect(await platform.runAhead()).toBe(0);
    expect(provider.received.length).toBe(asked);
    expect(await connectionsWith(api, 'needs_reconnect')).toBe(0);
  });
});

async function connectionsWith(api: TestPlatform['api'], status: string): Promise<number> {
  const answer = await api('GET', `/api/keyferry/v1/connections?limit=500&status=${status}`);
  return ((await answer.json()) as { connections: unknown[] }).connections.length;
}

describe('when more is due than goes at once', () => {
  test('what instances use goes first, and the rest does not starve', async () => {
    const { platform, api, clock, credential, provider, issue } = await setUp();
    await connectMany({ api }, 4 * WIDTH, { appSlug: 'zoom', credential: credential(HOUR) });
    const { db } = platform.database;
    const rows = await db.selectFrom('connection').select(['id', 'externalUserId']).execute();
    const unused = rows.filter(({ externalUserId }) => Number(externalUserId.slice(5)) % 2 === 0);
    const ids = unused.map(({ id }) => id);
    // The unused ones are due longer.
    const due = { refreshClass: 1, refreshDueAt: clock.now() };
    await db.updateTable('connection').set(due).where('id', 'in', ids).execute();
    clock.advance(HOUR);
    const order: boolean[] = [];
    const seen = new Map<string, number>();
    provider.answer = async () => {
      const now = await db.selectFrom('connection').select(['id', 'refreshDueAt']).execute();
      for (const { id, refreshDueAt } of now) {
        if (seen.has(id) || (refreshDueAt ?? 0) <= clock.now()) continue;
        seen.set(id, seen.size);
        order.push(ids.includes(id));
      }
      return issue();
    };
    expect(await platform.runAhead()).toBe(4 * WIDTH);
    const firstHalf = order.slice(0, 2 * WIDTH).filter(isUnused => isUnused).length;
    expect(firstHalf).toBeGreaterThan(0);
    expect(firstHalf).toBeLessThanOrEqual(WIDTH);
  });

  test('an instance that asks makes a connection one that is used; it is noted once an hour', async () => {
    const { platform, connect, clock, credential, sync } = await setUp();
    await connect('zoom', credential(8 * DAY));
    const { db } = platform.database;
    const used = async () =>
      (await db.selectFrom('connection').select(['usedAt', 'refreshClass']).execute())[0];
    clock.advance(7 * DAY + HOUR * 20);
    await platform.runAhead();
    expect(await used()).toMatchObject({ refreshClass: 1 });
    await sync('zoom');
    const first = clock.now();
    expect(await used()).toEqual({ usedAt: first, refreshClass: 0 });
    clock.advance(HOUR - 1);
    await sync('zoom');
    expect(await used()).toMatchObject({ usedAt: first });
    clock.advance(1);
    await sync('zoom');
    expect(await used()).toMatchObject({ usedAt: clock.now() });
  });
});

test('a platform that was started looks by itself, until it is closed, and ends what is under way', async () => {
  const asked = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const slept: number[] = [];
  const sleep = (ms: number, signal?: AbortSignal) =>
    new Promise<void>(resolve => {
      slept.push(ms);
      if (signal === undefined || signal.aborted) resolve();
      else signal.addEventListener('abort', () => resolve(), { once: true });
    });
  const { platform, connect, credential, clock, provider, issue, config } = await setUp({ sleep });
  await connect('zoom', credential(2 * MINUTE));
  clock.advance(2 * MINUTE);
  provider.answer = async () => {
    asked.resolve();
    await release.promise;
    return issue();
  };
  platform.start();
  platform.start();
  await asked.promise;
  const closing = platform.close();
  release.resolve();
  await closing;
  expect(provider.received).toHaveLength(1);
  expect(Math.max(...slept)).toBeLessThanOrEqual(10_000);
  const next = await startPlatform({ location: config.database, clock });
  expect(await connectionsOf(next)).toMatchObject([{ version: 2 }]);
});
