import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { onTestFinished } from 'vitest';
import { addUser } from '../../src/instance/index.ts';
import { createLog } from '../../src/lib/log.ts';
import { encryptKeys, isKeyferryError } from '../../src/protocol/index.ts';
import { type Cluster, startCluster } from '../cluster.ts';
import { AES_KEY, instanceConfig, pushRequest, startInstance } from '../instance.ts';
import { likeZoom } from '../platform/like-zoom.ts';
import { CLIENT, startPlatform } from '../platform/platform.ts';
import { scriptedServer } from '../platform/server.ts';
import { type DatabaseRelay, startDatabaseRelay } from './database-relay.ts';

const SLUG = 'google-calendar';
const USERS = 12;
const GRANTS = 4;
/** A token that is given once and not again for its second use. */
const ROTATING = Array.from({ length: GRANTS }, (_, at) =>
  likeZoom(`rotating-${at}`, { rotation: { rotates: true, graceMs: null } }),
);

/** What callers of both roles saw of one database that misbehaves. */
export interface DatabaseSeen {
  /** Answers by what was asked and the status: `push 200`, `read busy`. */
  readonly answers: Map<string, number>;
  /** Tokens that were another user's, and answers that no fault of the database explains. */
  readonly mixedUp: string[];
  /** Milliseconds. */
  longestWaitMs: number;
}

export interface DatabaseGround {
  readonly cluster: Cluster;
  readonly relay: DatabaseRelay;
  readonly seen: DatabaseSeen;
  /** A connection past the relay, of an administrator. */
  readonly direct: pg.Client;
  /** Callers of all kinds, until the function that it gives is called. */
  load(): () => Promise<void>;
  /** Waits until each kind of call works again. @returns milliseconds until the last did */
  recovered(): Promise<number>;
  /** What was acknowledged and is not there, and grants that do not live. */
  lost(): Promise<number>;
  /** Refresh tokens that the provider saw twice. */
  reused(): number;
  /** Lines of the log at error. */
  readonly logged: Record<string, unknown>[];
}

/**
 * Both roles on one PostgreSQL behind a relay, each with its own database, and a provider that ends a grant whose
 * refresh token it sees twice. Each token names its user.
 */
export async function databaseGround(): Promise<DatabaseGround> {
  const cluster = await startCluster({ fsync: false });
  process.once('exit', cluster.kill);
  onTestFinished(async () => {
    process.removeListener('exit', cluster.kill);
    await cluster.dispose();
  });
  const direct = new pg.Client({ connectionString: cluster.url });
  direct.on('error', () => {});
  await direct.connect();
  for (const name of ['instance', 'platform']) await direct.query(`create database ${name}`);
  const relay = await startDatabaseRelay(cluster.url);
  onTestFinished(() => {
    // So that both roles can close.
    relay.set('whole');
  });
  const at = (name: string) => ({ url: Object.assign(new URL(relay.url), { pathname: `/${name}` }).href });
  const logged: Record<string, unknown>[] = [];
  const log = createLog('error', { write: line => void logged.push(JSON.parse(line)) });
  const clock = { now: Date.now, advance() {} };

  const side = await startInstance(instanceConfig(at('instance')), { clock, log });
  onTestFinished(side.instance.close);
  const users: number[] = [side.userId];
  while (users.length < USERS) {
    const email = `user-${users.length}@example.com`;
    users.push((await addUser(side.instance.database, { email, username: email }, Date.now())).id);
  }

  const sent = new Set<string>();
  const dead = new Set<string>();
  let reusedTokens = 0;
  let issued = 0;
  const provider = await scriptedServer(({ body }) => {
    const given = new URLSearchParams(body).get('refresh_token') ?? '';
    const grant = given.split('.')[0] ?? '';
    if (sent.has(given)) {
      reusedTokens += 1;
      dead.add(grant);
    }
    if (dead.has(grant)) return { status: 400, body: { error: 'invalid_grant' } };
    sent.add(given);
    issued += 1;
    return {
      // Less than the platform gives away without a refresh.
      body: { access_token: `${grant}.a${issued}`, refresh_token: `${grant}.r${issued}`, expires_in: 30 },
    };
  });
  const platform = await startPlatform({
    location: at('platform'),
    clock,
    apps: ROTATING,
    providers: Object.fromEntries(ROTATING.map(({ slug }) => [slug, { tokenEndpoint: provider.url }])),
  });
  for (const { slug } of ROTATING) {
    await platform.api('PUT', `/api/keyferry/v1/apps/${slug}`, { keys: CLIENT });
    await platform.connect(slug, {
      access_token: `${slug}.a`,
      refresh_token: `${slug}.r`,
      expiry_date: Date.now() + 1_000,
    });
  }

  const seen: DatabaseSeen = { answers: new Map(), mixedUp: [], longestWaitMs: 0 };
  /** The number of the latest push of each user that was sent, and acknowledged. */
  const pushed = new Map<number, number>();
  const acknowledged = new Map<number, number>();
  let ending = false;

  async function note(kind: string, ask: () => Promise<string>): Promise<boolean> {
    const began = performance.now();
    const outcome = await ask();
    seen.longestWaitMs = Math.max(seen.longestWaitMs, performance.now() - began);
    const name = `${kind} ${outcome}`;
    seen.answers.set(name, (seen.answers.get(name) ?? 0) + 1);
    return outcome === '200';
  }

  function push(user: number): Promise<boolean> {
    return note('push', async () => {
      const number = (pushed.get(user) ?? 0) + 1;
      pushed.set(user, number);
      const keys = { access_token: `of-${user}-${number}`, expiry_date: Date.now() + 3_600_000 };
      const request = pushRequest(user, SLUG, encryptKeys(JSON.stringify(keys), AES_KEY));
      const { status } = await side.instance.fetch(request);
      if (status === 200) acknowledged.set(user, number);
      if (![200, 503].includes(status)) seen.mixedUp.push(`push of ${user}: ${status}`);
      return String(status);
    });
  }

  async function tokenOf(user: number): Promise<number> {
    const { accessToken } = await side.instance.accessToken({ userId: user, appSlug: SLUG });
    const [, owner, number] = accessToken.split('-');
    if (owner !== String(user)) seen.mixedUp.push(`${user} was given the token of ${owner}`);
    return Number(number);
  }

  function read(user: number): Promise<boolean> {
    return note('read', async () => {
      const least = acknowledged.get(user) ?? 0;
      try {
        const number = await tokenOf(user);
        if (number < least) seen.mixedUp.push(`${user} was given ${number}, after ${least} was acknowledged`);
        return '200';
      } catch (error) {
        if (isKeyferryError(error)) seen.mixedUp.push(`read of ${user}: ${error.code}`);
        return isKeyferryError(error) ? error.code : 'fault';
      }
    });
  }

  function refresh(slug: string): Promise<boolean> {
    return note('refresh', async () => {
      const response = await platform.sync(slug);
      const body = (await response.json()) as { access_token?: string };
      if (response.status === 200 && !body.access_token?.startsWith(`${slug}.`))
        seen.mixedUp.push(`${slug} was given ${body.access_token}`);
      return String(response.status);
    });
  }

  function health(role: 'instance' | 'platform'): Promise<boolean> {
    const { fetch } = role === 'instance' ? side.instance : platform.platform;
    return note(`health of the ${role}`, async () =>
      String((await fetch(new Request('http://role.test/health/ready'))).status),
    );
  }

  const kinds = (): (() => Promise<boolean>)[] => [
    ...users.flatMap(user => [() => push(user), () => read(user)]),
    ...ROTATING.map(
      ({ slug }) =>
        () =>
          refresh(slug),
    ),
    () => health('instance'),
    () => health('platform'),
  ];
  for (const ask of kinds()) await ask();

  return {
    cluster,
    relay,
    seen,
    direct,
    logged,
    load() {
      ending = false;
      const callers = kinds().map(async ask => {
        while (!ending) {
          await ask();
          await wait(20);
        }
      });
      return async () => {
        ending = true;
        await Promise.all(callers);
      };
    },
    async recovered() {
      const began = performance.now();
      await Promise.all(
        kinds().map(async ask => {
          while (!(await ask())) {
            if (performance.now() - began > 60_000) throw new Error('It does not work again after a minute.');
            await wait(50);
          }
        }),
      );
      return performance.now() - began;
    },
    async lost() {
      let lost = 0;
      for (const user of users) if ((await tokenOf(user)) < (acknowledged.get(user) ?? 0)) lost += 1;
      return lost + dead.size;
    },
    reused: () => reusedTokens,
  };
}
