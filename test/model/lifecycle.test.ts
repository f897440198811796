import fc from 'fast-check';
import { describe, test } from 'vitest';
import { engines } from '../engines.ts';
import { allCommands, begin, type Model, settle } from './commands.ts';
import { expectNothingLogged } from './invariants.ts';
import { prepareGround, type World } from './world.ts';

const RUNS = 20;
const STEPS = 60;
/** On a busy machine there are fewer lives: none begins after this. In milliseconds. */
const LAST_BEGINS_MS = 10_000;
const MINUTE = 60_000;

// A failure prints its seed and the steps that led to it; KEYFERRY_TEST_SEED repeats it.
const given = process.env.KEYFERRY_TEST_SEED;
const parameters = { numRuns: RUNS, ...(given === undefined ? {} : { seed: Number(given) }) };

describe.each(engines.filter(({ name }) => name !== 'pglite'))('a life of grants on $name', engine => {
  test.skipIf(!engine.available)(
    'the rules hold after each step, whatever comes in whatever order',
    async () => {
      const ground = await prepareGround(engine);
      const end = performance.now() + LAST_BEGINS_MS;
      const life = fc.asyncProperty(
        fc.constantFrom(0, 5 * MINUTE, -5 * MINUTE),
        fc.constantFrom(true, true, true, false),
        fc.commands(allCommands(), { maxCommands: STEPS, size: 'max' }),
        async (platformAheadMs, connected, commands) => {
          if (performance.now() > end) return;
          const real: World = await ground.begin(platformAheadMs);
          const seen = { kept: new Map(), leases: new Map(), latest: new Map() };
          const model: Model = { connected: new Set(), seen };
          if (connected) await begin(real, model);
          await fc.asyncModelRun(() => ({ model, real }), commands);
          await settle(real, model);
          expectNothingLogged(real);
        },
      );
      await fc.assert(life, parameters);
    },
    120_000,
  );
});
