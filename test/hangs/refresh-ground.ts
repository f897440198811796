import { setTimeout as wait } from 'node:timers/promises';
import { sql } from 'kysely';
import { expect, onTestFinished, vi } from 'vitest';
import type { DatabaseLocation } from '../../src/lib/db/index.ts';
import { createLog } from '../../src/lib/log.ts';
import { createPlatform } from '../../src/platform/index.ts';
import { API_KEY, CLIENT, platformConfig, SECRET } from '../platform/platform.ts';
import type { HangOutcome } from './cells.ts';
import { startRotatingProvider } from './rotating-provider.ts';

const WAIT = { timeout: 60_000, interval: 100 };

/** A fault that begins and ends. */
export interface Fault {
  readonly begin: () => void | Promise<void>;
  readonly end: () => void | Promise<void>;
  /** Whether the tokens that were answered meanwhile are given: what a sync needs to know can be read. */
  readonly reads: boolean;
  /** Whether nothing at all can be written. PostgreSQL still uses the room in its pages when its disk is full. */
  readonly total: boolean;
}

/** A platform whose grants have all ended tokens, at a provider that rotates. */
export async function refreshHangs(location: DatabaseLocation, grants: number) {
  const provider = await startRotatingProvider();
  const logged: string[] = [];
  const config = platformConfig({ location, providers: { zoom: { tokenEndpoint: provider.url } } });
  const log = createLog('info', { write: line => void logged.push(line) });
  const platform = await createPlatform(config, { log });
  onTestFinished(() => platform.close());
  const ask = async (method: string, path: string, json?: unknown): Promise<Response> => {
    const headers = { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' };
    const body = json === undefined ? {} : { body: JSON.stringify(json) };
    return platform.fetch(new Request(`${config.publicUrl}${path}`, { method, headers, ...body }));
  };
  let longestWaitMs = 0;

  /** What an instance gets that asks for a user's token. */
  async function sync(user: number): Promise<{ status: number; token: string | null }> {
    const began = performance.now();
    const response = await platform.fetch(
      new Request(`${config.publicUrl}/api/sync`, {
        method: 'POST',
        headers: { 'calcom-webhook-secret': SECRET },
        body: new URLSearchParams({ calcomUserId: String(user), appSlug: 'zoom' }),
      }),
    );
    longestWaitMs = Math.max(longestWaitMs, performance.now() - began);
    const { access_token: token = null } = (await response.json()) as { access_token?: string };
    return { status: response.status, token };
  }
  const ready = async (): Promise<{ status: number; text: string }> => {
    const response = await platform.fetch(new Request(`${config.publicUrl}/health/ready`));
    return { status: response.status, text: await response.text() };
  };

  await ask('PUT', '/api/keyferry/v1/apps/zoom', { keys: CLIENT });
  for (let user = 1; user <= grants + 1; user += 1) {
    const refreshToken = provider.issue(`u${user}`);
    const credential = {
      access_token: `at-u${user}-0`,
      refresh_token: refreshToken,
      expiry_date: Date.now() - 3_600_000,
    };
    const whose = { externalUserId: `u${user}`, calcomUserId: user, appSlug: 'zoom', credential };
    expect((await ask('POST', '/api/keyferry/v1/connections', whose)).status).toBe(201);
  }

  /**
   * All grants are being refreshed when the fault begins; the provider answers while it lasts.
   * @returns what became of it
   */
  async function strike({ begin, end, reads, total }: Fault, forMs: number): Promise<HangOutcome> {
    const users = Array.from({ length: grants }, (_, index) => index + 1);
    const answer = Promise.withResolvers<void>();
    provider.before = () => answer.promise;
    const first = users.map(user => sync(user).catch(() => null));
    await vi.waitFor(() => expect(provider.asked()).toBe(grants), WAIT);
    await begin();
    provider.before = async () => undefined;
    answer.resolve();
    const began = performance.now();
    const answered = await Promise.all(first);
    if (reads) {
      for (const user of users) expect(answered[user - 1]).toEqual({ status: 200, token: `at-u${user}-1` });
    }
    if (total && performance.now() - began < forMs) {
      // One that is not under way yet is not sent.
      await vi.waitFor(async () => expect((await ready()).status).toBe(503), WAIT);
      expect((await sync(grants + 1)).status).toBe(503);
      expect(provider.asked()).toBe(grants);
    }
    await wait(Math.max(0, forMs - (performance.now() - began)));
    await end();
    const ended = performance.now();
    const during = longestWaitMs;
    await vi.waitFor(async () => {
      for (const user of users) expect(await sync(user)).toEqual({ status: 200, token: `at-u${user}-1` });
      expect(await versions()).toEqual(users.map(() => 2));
      expect((await ready()).status).toBe(200);
    }, WAIT);
    const recoveryMs = performance.now() - ended;
    // Each lives: it can be refreshed once more.
    await sql`update "connection" set "expiresAt" = 1000, "retryAt" = 0`.execute(platform.database.db);
    let lost = 0;
    for (const user of [...users, grants + 1]) {
      const next = await sync(user);
      if (next.status !== 200 || (next.token === `at-u${user}-1` && user <= grants)) lost += 1;
    }
    return { longestWaitMs: during, recoveryMs, lost, reused: provider.ended().length };
  }

  async function versions(): Promise<number[]> {
    const { rows } = await sql<{ version: number }>`
      select "version" from "connection" where "externalUserId" <> ${`u${grants + 1}`} order by "createdAt"
    `.execute(platform.database.db);
    return rows.map(({ version }) => version);
  }
  return { platform, provider, logged, strike, sync, ready };
}
