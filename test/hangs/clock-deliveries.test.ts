import { describe, expect } from 'vitest';
import { engines, type TestEngine } from '../engines.ts';
import { answering } from '../faulty-server.ts';
import { type HangOutcome, hangCell } from './cells.ts';
import { deliveringGround, until, WELL } from './deliveries-ground.ts';

const HOUR = 3_600_000;
/** A minute, the pause between two looks, and the machine. */
const LIMIT_MS = 90_000;

/**
 * The clock of a running platform changes while pushes and events wait for their next try and a refresh is near.
 * @param changes by how much it is wrong, one after the other, in milliseconds
 */
async function changedClock(engine: TestEngine, changes: readonly number[]): Promise<HangOutcome> {
  const ground = await deliveringGround(engine);
  const { instance, host, provider, clock, platform } = ground;
  const busy = answering(503, {});
  try {
    instance.answer = busy;
    host.answer = busy;
    await ground.connect(1, 5);
    await ground.tell('c1', 'before');
    await ground.connect(6, 1);
    await platform.database.db
      .updateTable('connection')
      .set({ refreshDueAt: Date.now() + 8_000 })
      .where('externalUserId', '=', 'user-6')
      .execute();
    platform.start();
    await until('all are tried', () => ground.reached().size === 6 && host.seen.length > 0, LIMIT_MS);
    for (const [at, change] of changes.entries()) {
      clock.skewMs = change;
      // What is written now has its due time by this clock.
      await ground.connect(10 + at, 1);
      await ground.tell(`c${10 + at}`, 'meanwhile');
    }
    const changed = performance.now();
    instance.answer = WELL;
    host.answer = WELL;
    await until('all is delivered and told', async () => (await ground.waiting()) === 0, LIMIT_MS);
    const longestWaitMs = performance.now() - changed;
    await until('the refresh is made', () => provider.seen.length > 0, LIMIT_MS);
    const recoveryMs = performance.now() - changed;
    await until('what it brought is delivered', async () => (await ground.waiting()) === 0, LIMIT_MS);
    expect(ground.heard('c10')).toEqual(['meanwhile']);
    return { longestWaitMs, recoveryMs, lost: 6 + changes.length - ground.reached().size, reused: 0 };
  } finally {
    await ground.close();
  }
}

for (const name of ['sqlite', 'postgres'] as const) {
  const engine = engines.find(one => one.name === name);
  if (engine === undefined) throw new Error('no such engine');
  const { available } = engine;
  const cell = {
    neighbour: 'clock',
    fault: 'back in time',
    engine: name,
    available,
    timeoutMs: 300_000,
  } as const;

  describe(`the clock of a platform on ${name}`, () => {
    hangCell(
      {
        ...cell,
        detail: 'a platform’s, by an hour',
        promised: 'Deliveries, events and refreshes are made within a minute of their time.',
      },
      () => changedClock(engine, [-HOUR]),
    );
    hangCell(
      {
        ...cell,
        detail: 'a platform’s, after it was an hour ahead for a moment',
        promised: 'What was put off meanwhile is made within a minute.',
      },
      () => changedClock(engine, [HOUR, 0]),
    );
  });
}
