import { setTimeout as wait } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import type { Step } from '../../src/lib/effects.ts';
import type { TestEngine } from '../engines.ts';
import { type CrashGrant, type CrashGround, crashGround, type Slug } from './crash-ground.ts';

/** A moment of a refresh, a push or a receipt, and what is true after a kill -9 in it. */
interface Cell {
  readonly moment: string;
  readonly killed: 'platform' | 'instance' | 'nobody';
  /** Proves it. @returns what became of the grant, in a few words */
  readonly run: (ground: CrashGround) => Promise<string>;
}

const ALIVE = 'alive, both sides agree';

/** Two refreshes in a row, the second with what the first brought; and the instance has the last token. */
async function alive(ground: CrashGround, grant: CrashGrant, refused: string): Promise<string> {
  const first = await ground.next(grant, refused);
  await ground.endClaims();
  await ground.agree(grant, first);
  const second = await ground.next(grant, first);
  expect(new Set([refused, first, second]).size).toBe(3);
  expect(ground.ended(grant)).toBe(false);
  expect(await ground.open(grant)).toBe(0);
  await ground.agree(grant, second);
  return ALIVE;
}

/** Asks for a refresh whose caller may get no answer. @returns the token, where one came */
async function ask(ground: CrashGround, grant: CrashGrant): Promise<string | null> {
  return ground.ask(grant, { refused: grant.imported }).then(
    ({ token }) => token,
    () => null,
  );
}

/** Kills the platform at a step of a refresh, and starts it again. */
async function refreshKilled(ground: CrashGround, slug: Slug, kill: Kill): Promise<CrashGrant> {
  const grant = await ground.grant(slug);
  await kill(ground);
  ground.asked(slug);
  await ask(ground, grant);
  await ground.restartPlatform();
  ground.provider.before = null;
  ground.provider.after = null;
  await ground.endLeases();
  return grant;
}

type Kill = (ground: CrashGround) => Promise<void>;
const atStep =
  (step: Step): Kill =>
  ({ platform }) =>
    platform.crashAt(step);
/** The request is on its way, and does not reach the provider. */
const beforeProvider: Kill = async ground => {
  ground.provider.before = async () => {
    await ground.platform.kill();
    return false;
  };
};
/** The provider has answered, and the answer does not arrive. */
const afterProvider: Kill = async ground => {
  ground.provider.after = () => ground.platform.kill();
};

function refreshCell(moment: string, kill: Kill, slug: Slug = 'zoom'): Cell {
  return {
    moment: `refresh: ${moment}`,
    killed: 'platform',
    async run(ground) {
      const grant = await refreshKilled(ground, slug, kill);
      return alive(ground, grant, grant.imported);
    },
  };
}

/** The window that no client can close, where a refresh token serves once: what is promised instead. */
function impossibleCell(moment: string, kill: Kill): Cell {
  return {
    moment: `refresh: ${moment}, no grace`,
    killed: 'platform',
    async run(ground) {
      const grant = await refreshKilled(ground, 'zoom', kill);
      expect(ground.asked('zoom')).toBe(1);
      // While the token serves nobody asks, for a reuse would end it.
      expect(await ground.ask(grant, { forSeconds: 7_200 })).toMatchObject({ token: grant.imported });
      expect([ground.asked('zoom'), ground.ended(grant)]).toEqual([0, false]);
      expect(await ground.state(grant)).toMatchObject({
        status: 'failing',
        statusReason: 'provider_answer_missing',
      });
      await expect
        .poll(() => ground.ask(grant, { refused: grant.imported }), { timeout: 60_000 })
        .toMatchObject({ status: 409, code: 'needs_reconnect' });
      expect(await ground.state(grant)).toMatchObject({
        status: 'needs_reconnect',
        statusReason: 'answer_lost',
        version: 1,
      });
      const { id, token } = await ground.reconnect(grant);
      expect(id).toBe(grant.id);
      expect(await alive(ground, { ...grant, grantId: '' }, token)).toBe(ALIVE);
      return 'needs_reconnect: answer_lost';
    },
  };
}

function pushCell(moment: string, kill: Kill): Cell {
  return {
    moment: `push: ${moment}`,
    killed: 'platform',
    async run(ground) {
      const grant = await ground.grant('zoom');
      await kill(ground);
      await ask(ground, grant);
      await ground.restartPlatform();
      ground.target.before = null;
      ground.target.after = null;
      await ground.endLeases();
      // A newer token comes while the dead process still holds the claim on the older one.
      return alive(ground, grant, grant.imported);
    },
  };
}

function receiveCell(moment: string, step: Step): Cell {
  return {
    moment: `receive: ${moment}`,
    killed: 'instance',
    async run(ground) {
      const grant = await ground.grant('zoom');
      await ground.instance.crashAt(step);
      const token = await ground.next(grant, grant.imported);
      await ground.restartInstance();
      await ground.deliveryFailed(grant);
      await ground.endClaims();
      await ground.agree(grant, token);
      return alive(ground, grant, token);
    },
  };
}

/** 200 callers of two processes at once, a provider that takes 300 ms. */
const storm: Cell = {
  moment: 'two processes, 200 callers, a slow provider',
  killed: 'nobody',
  async run(ground) {
    const grant = await ground.grant('zoom');
    const other = await ground.another();
    ground.asked('zoom');
    ground.provider.after = () => wait(300);
    const callers = Array.from({ length: 200 }, (_, index) =>
      ground.next(grant, grant.imported, index % 2 === 0 ? ground.platform : other),
    );
    const tokens = new Set(await Promise.all(callers));
    ground.provider.after = null;
    await other.kill();
    expect([tokens.size, ground.asked('zoom')]).toEqual([1, 1]);
    const [token] = tokens;
    return `${await alive(ground, grant, token ?? '')}; 1 request at the provider`;
  },
};

/** A process that sleeps on the provider's answer until its lease is another's, and newer tokens are stored. */
const paused: Cell = {
  moment: 'a process sleeps through its lease with the older answer; grace',
  killed: 'nobody',
  async run(ground) {
    const grant = await ground.grant('graceful');
    const sleeper = await ground.another();
    const asleep = Promise.withResolvers<void>();
    const woken = Promise.withResolvers<void>();
    ground.provider.after = async () => {
      ground.provider.after = null;
      sleeper.signal('SIGSTOP');
      asleep.resolve();
      await woken.promise;
    };
    const late = ground.ask(grant, { refused: grant.imported, of: sleeper });
    await asleep.promise;
    await ground.endLeases();
    const first = await ground.next(grant, grant.imported);
    const second = await ground.next(grant, first);
    const before = await ground.state(grant);
    sleeper.signal('SIGCONT');
    woken.resolve();
    expect(await late).toMatchObject({ status: 200, token: second });
    expect(await ground.state(grant)).toEqual(before);
    await sleeper.kill();
    return `${await alive(ground, grant, second)}; the newer token stays`;
  },
};

/** A provider that does not answer: its reader hears so, and what comes at last is stored and delivered. */
const hangs: Cell = {
  moment: 'a provider hangs',
  killed: 'nobody',
  async run(ground) {
    const grant = await ground.grant('zoom');
    const held = Promise.withResolvers<void>();
    ground.provider.before = async () => {
      ground.provider.before = null;
      await held.promise;
      return true;
    };
    expect(await ground.ask(grant, { refused: grant.imported })).toMatchObject({ status: 503, code: 'busy' });
    expect(await ground.ask(grant)).toMatchObject({ status: 200, token: grant.imported });
    held.resolve();
    return `${await alive(ground, grant, grant.imported)}; its reader got 503 after 8 s`;
  },
};

const CELLS: readonly Cell[] = [
  refreshCell('the lease is taken', atStep('refresh.leased')),
  refreshCell('the attempt is written down', atStep('refresh.begun')),
  refreshCell('the request is sent, and lost', beforeProvider),
  refreshCell('the request is sent, and lost; grace', beforeProvider, 'graceful'),
  impossibleCell('the provider has answered, the answer is on its way', afterProvider),
  refreshCell('the provider has answered, the answer is on its way; grace', afterProvider, 'graceful'),
  impossibleCell('the answer is in memory', atStep('refresh.answered')),
  refreshCell('the answer is in memory; grace', atStep('refresh.answered'), 'graceful'),
  refreshCell('the answer is written down', atStep('refresh.kept')),
  refreshCell('in the transaction', atStep('refresh.written')),
  refreshCell('committed', atStep('refresh.committed')),
  refreshCell('the lease is given back', atStep('refresh.released')),
  pushCell('claimed', atStep('push.claimed')),
  pushCell('sent, and lost', async ground => {
    ground.target.before = async () => {
      await ground.platform.kill();
      return false;
    };
  }),
  pushCell('stored at the instance, the answer is on its way', async ground => {
    ground.target.after = () => ground.platform.kill();
  }),
  pushCell('answered', atStep('push.answered')),
  pushCell('marked done', atStep('push.done')),
  receiveCell('read, not stored', 'receive.read'),
  receiveCell('stored, not answered', 'receive.stored'),
  storm,
  paused,
  hangs,
];

/** Runs every cell on one engine, and prints what became of each. */
export function crashMatrix(engine: TestEngine): void {
  test.skipIf(!engine.available)(
    `kill -9 at every step on ${engine.name}: the grant lives, but for the one window that nobody can close`,
    async () => {
      const ground = await crashGround(engine);
      const rows: string[] = [];
      onTestFinished(() => console.log([...head(engine.name), ...rows].join('\n')));
      for (const { moment, killed, run } of CELLS) {
        const outcome = await run(ground).catch(error => {
          throw new Error(`"${moment}": ${error.message}`, { cause: error });
        });
        rows.push(`| ${moment} | ${killed} | ${outcome} |`);
      }
    },
    600_000,
  );
}

function head(engine: string): string[] {
  return [
    `The crash matrix on ${engine}:`,
    '',
    '| in the moment | killed | after the restart |',
    '| --- | --- | --- |',
  ];
}
