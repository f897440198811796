import { setTimeout as wait } from 'node:timers/promises';
import { createLog } from '../../src/lib/log.ts';
import { createPlatform } from '../../src/platform/index.ts';
import { insertEvent } from '../../src/platform/store/index.ts';
import type { TestEngine } from '../engines.ts';
import { answering, startFaultyServer } from '../faulty-server.ts';
import { API_KEY, CLIENT, platformConfig, pushed } from '../platform/platform.ts';

export const WELL = answering(200, { message: 'ok' });
/** A platform that delivers, with the instance, the host and the provider of its one app; all in this process. */
export async function deliveringGround(engine: TestEngine) {
  const store = await engine.create();
  const [instance, host, provider] = [
    await startFaultyServer(),
    await startFaultyServer(),
    await startFaultyServer(),
  ];
  instance.answer = WELL;
  host.answer = WELL;
  let issued = 0;
  provider.answer = (request, response) => {
    issued += 1;
    const tokens = { access_token: `fresh-${issued}`, refresh_token: 'r', expires_in: 3600 };
    return answering(200, tokens)(request, response);
  };
  /** By how much the platform's clock is wrong, in milliseconds. */
  const clock = { skewMs: 0 };
  const platform = await createPlatform(
    platformConfig({
      location: store.location,
      webappUrl: instance.url,
      providers: { zoom: { tokenEndpoint: provider.url } },
      hostWebhook: { url: host.url, secrets: [`whsec_${Buffer.alloc(32, 1).toString('base64')}`] },
    }),
    { now: () => Date.now() + clock.skewMs, log: createLog('silent') },
  );

  async function api(method: string, path: string, json: unknown): Promise<void> {
    const headers = { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' };
    const url = `http://platform.test/api/keyferry/v1/${path}`;
    for (let tries = 1; ; tries += 1) {
      const request = new Request(url, { method, headers, body: JSON.stringify(json) });
      const answer = await platform.fetch(request);
      if (answer.status < 300) return;
      // A machine with many tests at once: busy is what it says.
      if (answer.status !== 503 || tries === 5) throw new Error(`${path}: ${await answer.text()}`);
    }
  }
  await api('PUT', 'apps/zoom', { keys: CLIENT });

  return {
    instance,
    host,
    provider,
    clock,
    platform,
    /** Users so many, from a number on, connect the app: a push each. */
    async connect(first: number, count: number, expiresInMs = 36_000_000): Promise<void> {
      for (let user = first; user < first + count; user += 1) {
        await api('POST', 'connections', {
          externalUserId: `user-${user}`,
          calcomUserId: user,
          appSlug: 'zoom',
          credential: {
            access_token: `of-${user}`,
            refresh_token: 'r',
            expiry_date: Date.now() + clock.skewMs + expiresInMs,
          },
        });
      }
    },
    /** Something happens of which the host is told. */
    tell: (connectionId: string, detail: string) =>
      insertEvent(
        platform.database.db,
        { kind: 'connection.needs_reconnect', actor: 'platform', connectionId, appSlug: 'zoom', detail },
        Date.now() + clock.skewMs,
      ),
    /** Whom the instance has been sent something for. */
    reached: () => new Set(instance.seen.map(({ body }) => pushed(body).userId)),
    /** What the host has been told of a connection, in order, each once. */
    heard: (connectionId: string) => {
      const words = host.seen.map(({ body }) => (JSON.parse(body) as { data: Told }).data);
      return [...new Set(words.filter(told => told.connectionId === connectionId).map(told => told.reason))];
    },
    async waiting(): Promise<number> {
      const { db } = platform.database;
      return (await db.selectFrom('outbox').select('id').where('state', '=', 'waiting').execute()).length;
    },
    async stopped(): Promise<number> {
      const { db } = platform.database;
      return (await db.selectFrom('outbox').select('id').where('state', '=', 'stopped').execute()).length;
    },
    async close(): Promise<void> {
      for (const server of [instance, host, provider]) await server.close();
      await platform.close();
      await store.dispose();
    },
  };
}

interface Told {
  readonly connectionId?: string;
  readonly reason?: string;
}

/** Milliseconds until something is so. @throws Error when it is not within the limit */
export async function until(
  what: string,
  isSo: () => boolean | Promise<boolean>,
  limitMs: number,
): Promise<number> {
  const began = performance.now();
  while (!(await isSo())) {
    if (performance.now() - began > limitMs) throw new Error(`${what}: not within ${limitMs} ms`);
    await wait(20);
  }
  return performance.now() - began;
}
