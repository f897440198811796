import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { addUser, createInstance } from '../../src/instance/index.ts';
import { createLog } from '../../src/lib/log.ts';
import { encryptKeys, isKeyferryError } from '../../src/protocol/index.ts';
import { engines, type TestEngine } from '../engines.ts';
import { answering, startFaultyServer } from '../faulty-server.ts';
import { AES_KEY, API_KEY, instanceConfig, pushRequest } from '../instance.ts';
import { type HangOutcome, hangCell, long } from './cells.ts';
import { until } from './deliveries-ground.ts';
import { type IllServer, illAnswer } from './ill-server.ts';

const FAULT_MS = long ? 120_000 : 3_000;
const USERS = long ? 200 : 10;
const SLUG = 'google-calendar';
const WELL = answering(200, { access_token: 'fresh', expires_in: 3600 });
/** The longest pause of the breaker and of a credential, and a request that was under way. */
const RECOVERY_MS = 100_000;
/** The deadline of a request to the platform is 10 s, the wait for another's lease 12 s; the rest is the machine. */
const CALLER_MS = 30_000;

/** The platform is ill while tokens have ended: how long does a caller wait, and when do all have a token again? */
async function illPlatform(engine: TestEngine, fault: IllServer): Promise<HangOutcome> {
  const store = await engine.create();
  const platform = await startFaultyServer();
  const sync = { endpoint: `${platform.url}/sync` };
  const instance = await createInstance(instanceConfig(store.location, { sync }), {
    log: createLog('silent'),
  });
  try {
    const headers = { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' };
    const path = `http://instance.test/api/keyferry/v1/apps/${SLUG}`;
    await instance.fetch(
      new Request(path, { method: 'PUT', headers, body: JSON.stringify({ enabled: true }) }),
    );
    const users: number[] = [];
    for (let user = 0; user < USERS; user += 1) {
      const { id } = await addUser(instance.database, { email: `user-${user}@example.com` }, Date.now());
      const ended = { access_token: 'ended', expiry_date: Date.now() - 1_000 };
      const pushed = await instance.fetch(pushRequest(id, SLUG, encryptKeys(JSON.stringify(ended), AES_KEY)));
      expect(pushed.status).toBe(200);
      users.push(id);
    }
    platform.answer = illAnswer(fault, WELL);
    let longestWaitMs = 0;
    /** Whether a caller gets a token; any error is one that is told. */
    const asks = async (userId: number): Promise<boolean> => {
      const began = performance.now();
      const got = await instance.accessToken({ userId, appSlug: SLUG }).then(
        token => token.accessToken === 'fresh',
        error => {
          if (!isKeyferryError(error)) throw error;
          return false;
        },
      );
      longestWaitMs = Math.max(longestWaitMs, performance.now() - began);
      return got;
    };
    const began = performance.now();
    let all = false;
    do {
      all = (await Promise.all(users.map(asks))).every(got => got);
      await wait(200);
    } while (performance.now() - began < FAULT_MS);
    expect(longestWaitMs).toBeLessThan(CALLER_MS);
    const longest = longestWaitMs;
    platform.answer = WELL;
    const recoveryMs = await until(
      'all have a token',
      async () => (await Promise.all(users.map(asks))).every(got => got),
      RECOVERY_MS,
    );
    return { longestWaitMs: longest, recoveryMs: all ? null : recoveryMs, lost: 0, reused: 0 };
  } finally {
    await platform.close();
    await instance.close();
    await store.dispose();
  }
}

const FAULTS: readonly IllServer[] = ['silent', 'slow', 'resets', 'half answer', 'odd answer'];

for (const name of ['sqlite', 'postgres'] as const) {
  const engine = engines.find(one => one.name === name);
  if (engine === undefined) throw new Error('no such engine');
  const { available } = engine;

  describe(`tokens on ${name}`, () => {
    // The faults last side by side: each has an instance of its own.
    const outcomes = new Map<IllServer, Promise<HangOutcome>>();
    beforeAll(() => {
      for (const fault of available ? FAULTS : []) {
        const outcome = illPlatform(engine, fault);
        outcomes.set(fault, outcome);
        outcome.catch(() => undefined);
      }
    });
    afterAll(() => Promise.allSettled(outcomes.values()));
    const promised =
      'A caller hears why within 12 s, and at once when the platform is left alone; tokens that hold are given.';
    for (const fault of FAULTS) {
      const timeoutMs = FAULT_MS + RECOVERY_MS + 60_000;
      hangCell({ neighbour: 'platform', fault, engine: name, promised, available, timeoutMs }, async () => {
        const outcome = outcomes.get(fault);
        if (outcome === undefined) throw new Error(`${fault} was not begun`);
        return outcome;
      });
    }
  });
}
