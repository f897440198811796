import fc from 'fast-check';
import { expect } from 'vitest';
import { isKeyferryError } from '../../src/protocol/index.ts';
import { expectRules, type Seen } from './invariants.ts';
import { MOODS, SLUGS, type Slug } from './provider.ts';
import type { World } from './world.ts';

/** What is known without looking. */
export interface Model {
  readonly connected: Set<Slug>;
  readonly seen: Seen;
}

type Command = fc.AsyncCommand<Model, World>;

const [SECOND, MINUTE, HOUR] = [1_000, 60_000, 3_600_000];
const slug = fc.constantFrom(...SLUGS);
const role = fc.constantFrom('instance' as const, 'platform' as const);
/** What passes before: nothing, what a token lives, or what leaves a minute of it. In milliseconds. */
const waitMs = fc.constantFrom(0, HOUR, HOUR - MINUTE);
const asking = { one: slug, waitMs, refused: fc.boolean(), callers: fc.integer({ min: 1, max: 4 }) };
const moment = { one: slug, waitMs, held: fc.constantFrom('provider' as const, 'platform' as const, null) };
type Arbitrary<Of> =
  Of extends Record<string, fc.Arbitrary<unknown>>
    ? { readonly [Name in keyof Of]: Of[Name] extends fc.Arbitrary<infer Value> ? Value : never }
    : never;

/** A step after which the rules are looked at. */
function step(
  name: string,
  act: (world: World, model: Model) => Promise<unknown>,
  check: (model: Model) => boolean = () => true,
): Command {
  return {
    check,
    async run(model, world) {
      await act(world, model);
      await expectRules(world, model.seen);
    },
    toString: () => name,
  };
}

/** How most lives begin: both apps are connected, and delivered. */
export async function begin(world: World, model: Model): Promise<void> {
  for (const one of SLUGS) {
    expect(await world.connect(one)).toBe('connected');
    noteGrant(world, model, one);
  }
  await world.platform().runOutbox();
  await expectRules(world, model.seen);
}

/** All that can happen, in any order. */
export function allCommands(): fc.Arbitrary<Command>[] {
  return [
    slug.map(connect),
    slug.map(one => step(`import ${one}`, (world, model) => imported(world, model, one))),
    fc.constant(step('deliver', world => world.platform().runOutbox())),
    fc.constant(step('refresh ahead', world => world.platform().runAhead())),
    fc.record(asking).map(askFor),
    fc.record(asking).map(askFor),
    fc.record(asking).map(askFor),
    fc.record(moment).map(atOnce),
    fc.record(moment).map(atOnce),
    fc
      .constantFrom(SECOND, 30 * SECOND, 10 * MINUTE, 51 * MINUTE, 24 * HOUR)
      .map(ms => step(`wait ${ms / SECOND} s`, async world => world.clock.advance(ms))),
    slug.map(one => step(`revoke ${one}`, world => revoke(world, one), isConnected(one))),
    // Well as often as not, so that faults begin and end.
    fc.constantFrom(...MOODS, 'well' as const, 'well' as const, 'well' as const).map(mood =>
      step(`provider ${mood}`, async ({ provider }) => {
        provider.mood = mood;
      }),
    ),
    fc.tuple(role, fc.boolean()).map(([one, up]) =>
      step(`${one} ${up ? 'reachable' : 'unreachable'}`, async ({ reachable }) => {
        reachable[one] = up;
      }),
    ),
    role.map(one => step(`restart ${one}`, world => world.restart(one))),
  ];
}

function isConnected(one: Slug) {
  return ({ connected }: Model): boolean => connected.has(one);
}

/** Connects, or connects again. */
function connect(one: Slug): Command {
  return step(`connect ${one}`, async (world, model) => {
    const well = world.provider.mood === 'well';
    const outcome = await world.connect(one);
    if (well) expect(outcome).toBe('connected');
    if (outcome === 'connected') noteGrant(world, model, one);
  });
}

async function imported(world: World, model: Model, one: Slug): Promise<void> {
  expect(await world.import(one)).toBe(201);
  noteGrant(world, model, one);
}

function noteGrant({ provider }: World, { connected, seen }: Model, one: Slug): void {
  connected.add(one);
  seen.latest.set(one, provider.newest(one));
}

/** The user goes to the provider and ends it. */
async function revoke(world: World, one: Slug): Promise<void> {
  const kept = await world.atPlatform(one);
  if (kept !== null) world.provider.of(kept.accessToken).grant.alive = false;
}

/** Callers who come together; with `refused` the provider has just refused what they hold. */
function askFor(asked: Arbitrary<typeof asking>): Command {
  const { one, refused, callers } = asked;
  const name = `${callers} ask for ${one}${refused ? ', whose token is refused' : ''}${after(asked)}`;
  return step(name, world => ask(world, asked));
}

function after({ waitMs }: { readonly waitMs: number }): string {
  return waitMs === 0 ? '' : `, ${waitMs / MINUTE} minutes later`;
}

async function ask(world: World, asked: Arbitrary<typeof asking>): Promise<void> {
  const { one, waitMs, refused, callers } = asked;
  world.clock.advance(waitMs);
  const before = await world.atInstance(one);
  const rejected = refused && before !== null ? { rejectedToken: before.accessToken } : {};
  const answers = await Promise.allSettled(
    Array.from({ length: callers }, () =>
      world.instance().accessToken({ userId: world.userId, appSlug: one, ...rejected }),
    ),
  );
  const failures = answers.flatMap(answer => (answer.status === 'rejected' ? [answer.reason] : []));
  for (const failure of failures) {
    if (!isKeyferryError(failure) || failure.code === 'internal') throw failure;
  }
  const tokens = new Set(
    answers.flatMap(answer => (answer.status === 'fulfilled' ? [answer.value.accessToken] : [])),
  );
  expect(tokens.size, 'all get the same').toBeLessThanOrEqual(1);
  expect(tokens.size === 0 || failures.length === 0, 'all get the same').toBe(true);
  for (const token of tokens) {
    if (refused) expect(token === before?.accessToken, 'the refused token again').toBe(false);
    // Stored before it was given; and it has not ended, but for what the clocks differ by.
    expect((await world.atInstance(one))?.accessToken === token, 'given and not stored').toBe(true);
    expect(world.provider.of(token).expiresAt).toBeGreaterThan(world.clock.now() - 6 * MINUTE);
  }
}

/**
 * What may happen in one moment: callers of two instances, the worker and the scheduler; and while an answer is
 * held on its way, a new grant comes and is delivered.
 */
function atOnce(at: Arbitrary<typeof moment>): Command {
  const { one, waitMs, held } = at;
  const meanwhile = held === null ? '' : `, a new grant while the ${held} answers`;
  const name = `callers, worker and scheduler at once, ${one}${meanwhile}${after(at)}`;
  return step(name, async (world, model) => {
    world.clock.advance(waitMs);
    const request = { userId: world.userId, appSlug: one };
    const gate = { provider: world.provider.gate, platform: world.syncGate, none: null }[held ?? 'none'];
    const holding = gate?.hold();
    const all = Promise.allSettled([
      world.instance().accessToken(request),
      world.sync(one).then(answer => answer.text()),
      world.instance().accessToken({ ...request, force: true }),
      // They would wait for the held answer as well.
      ...(held === 'provider' ? [] : [world.platform().runOutbox(), world.platform().runAhead()]),
    ]);
    if (holding !== undefined) {
      await Promise.race([holding.reached, all]);
      await imported(world, model, one);
      if (held === 'platform') await world.platform().runOutbox();
      holding.release();
    }
    for (const outcome of await all) {
      if (outcome.status === 'rejected' && !isKeyferryError(outcome.reason)) throw outcome.reason;
    }
  });
}

/** When all is well again, all that lives works, and what is dead is called so. */
export async function settle(world: World, model: Model): Promise<void> {
  const { provider, reachable, clock } = world;
  provider.mood = 'well';
  Object.assign(reachable, { instance: true, platform: true });
  for (let rounds = 0; rounds < 3; rounds += 1) {
    // Longer than any back-off.
    clock.advance(25 * HOUR);
    await world.platform().runAhead();
    await world.platform().runOutbox();
    await expectRules(world, model.seen);
  }
  for (const one of model.connected) {
    const there = await world.atPlatform(one);
    const { grant } = provider.of(there?.accessToken ?? '');
    const asked = world.instance().accessToken({ userId: world.userId, appSlug: one });
    if (!grant.alive) {
      await expect(asked, `${one} is dead`).rejects.toMatchObject({
        code: expect.stringMatching(/^(needs_reconnect|credential_not_found)$/),
      });
      expect((await world.atPlatform(one))?.status).toBe('needs_reconnect');
      continue;
    }
    const { accessToken } = await asked;
    expect(provider.of(accessToken).grant === grant, `the token of ${one} is of its grant`).toBe(true);
    expect(provider.of(accessToken).expiresAt).toBeGreaterThan(clock.now() - 6 * MINUTE);
    await world.platform().runOutbox();
    await expectRules(world, model.seen);
    expect(await world.wishes(one)).toMatchObject([{ state: 'done' }]);
    expect((await world.atPlatform(one))?.status).toBe('connected');
    expect((await world.atInstance(one))?.status).toBe('working');
  }
}
