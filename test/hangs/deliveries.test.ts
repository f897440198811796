import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { engines, type TestEngine } from '../engines.ts';
import { type HangOutcome, hangCell, long } from './cells.ts';
import { deliveringGround, until, WELL } from './deliveries-ground.ts';
import { type IllServer, illAnswer } from './ill-server.ts';

const FAULT_MS = long ? 120_000 : 3_000;
const PUSHES = long ? 2_000 : 40;
/** A rest of the lane, a back-off, a request that was under way: generous, as the machine may be busy. */
const RECOVERY_MS = 150_000;
/** Less than the first push to one that hangs takes until it is given up. */
const TOLD_MS = 9_000;

/** The instance is ill, with more pushes waiting for it than go at once: is the host told? */
async function illInstance(engine: TestEngine, fault: IllServer): Promise<HangOutcome> {
  const ground = await deliveringGround(engine);
  try {
    ground.instance.answer = illAnswer(fault, WELL);
    await ground.connect(1, PUSHES);
    ground.platform.start();
    await until('a push is on its way', () => ground.instance.seen.length > 0, 30_000);
    const began = performance.now();
    let longestWaitMs = 0;
    for (let count = 0; count < 3 || performance.now() - began < FAULT_MS; count += 1) {
      await ground.tell(`c${count}`, 'told');
      const told = await until('the host is told', () => ground.heard(`c${count}`).length > 0, TOLD_MS);
      longestWaitMs = Math.max(longestWaitMs, told);
      await wait(long ? 2_000 : 300);
    }
    ground.instance.answer = WELL;
    const recoveryMs = await until(
      'all is delivered',
      async () => (await ground.waiting()) === 0,
      RECOVERY_MS,
    );
    expect(await ground.stopped()).toBe(0);
    return { longestWaitMs, recoveryMs, lost: PUSHES - ground.reached().size, reused: 0 };
  } finally {
    await ground.close();
  }
}

/** The host is ill, with more events waiting for it than go at once: does the instance get what is new? */
async function illHost(engine: TestEngine, fault: IllServer): Promise<HangOutcome> {
  const ground = await deliveringGround(engine);
  const connections = Array.from({ length: 20 }, (_, index) => `c${index}`);
  const order = ['first', 'second', 'third'];
  try {
    ground.host.answer = illAnswer(fault, WELL);
    for (const word of order) for (const id of connections) await ground.tell(id, word);
    ground.platform.start();
    await until('an event is on its way', () => ground.host.seen.length > 0, 30_000);
    const began = performance.now();
    let longestWaitMs = 0;
    let user = 1;
    for (; user < 4 || performance.now() - began < FAULT_MS; user += 1) {
      await ground.connect(user, 1);
      const sent = await until('the instance is sent it', () => ground.reached().has(user), TOLD_MS);
      longestWaitMs = Math.max(longestWaitMs, sent);
      await wait(long ? 2_000 : 300);
    }
    ground.host.answer = WELL;
    const recoveryMs = await until('all is told', async () => (await ground.waiting()) === 0, RECOVERY_MS);
    expect(await ground.stopped()).toBe(0);
    for (const id of connections) expect(ground.heard(id)).toEqual(order);
    return { longestWaitMs, recoveryMs, lost: user - 1 - ground.reached().size, reused: 0 };
  } finally {
    await ground.close();
  }
}

const INSTANCE: readonly IllServer[] = ['silent', 'slow', 'resets', 'half answer', 'odd answer'];
const HOST: readonly IllServer[] = ['silent', 'slow', 'resets', 'half answer', 'odd answer', 'full'];

for (const name of ['sqlite', 'postgres'] as const) {
  const engine = engines.find(one => one.name === name);
  if (engine === undefined) throw new Error('no such engine');
  const { available } = engine;

  describe(`deliveries on ${name}`, () => {
    // The faults last side by side: each has a platform of its own.
    const outcomes = new Map<string, Promise<HangOutcome>>();
    beforeAll(() => {
      if (!available) return;
      for (const fault of INSTANCE) outcomes.set(`instance ${fault}`, illInstance(engine, fault));
      for (const fault of HOST) outcomes.set(`host ${fault}`, illHost(engine, fault));
      for (const outcome of outcomes.values()) outcome.catch(() => undefined);
    });
    afterAll(async () => {
      await Promise.allSettled(outcomes.values());
    });
    const timeoutMs = FAULT_MS + RECOVERY_MS + 60_000;
    const outcomeOf = async (of: string) => {
      const outcome = outcomes.get(of);
      if (outcome === undefined) throw new Error(`${of} was not begun`);
      return outcome;
    };

    for (const fault of INSTANCE) {
      const promised = 'The host is told as ever; pushes wait for the instance, and go when it answers.';
      hangCell({ neighbour: 'instance', fault, engine: name, promised, available, timeoutMs }, () =>
        outcomeOf(`instance ${fault}`),
      );
    }
    for (const fault of HOST) {
      const promised =
        'Pushes go as ever; events wait for the host, each connection’s in order, for 3 days at most.';
      hangCell({ neighbour: 'host', fault, engine: name, promised, available, timeoutMs }, () =>
        outcomeOf(`host ${fault}`),
      );
    }
  });
}
