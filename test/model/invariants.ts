import { sql } from 'kysely';
import { expect } from 'vitest';
import { secretsIn } from '../secret-search.ts';
import { isNotOlder, SLUGS, type Slug } from './provider.ts';
import type { Kept, Role, World } from './world.ts';

/** What was seen after the step before: nothing of it may go back. */
export interface Seen {
  readonly kept: Map<string, Kept>;
  readonly leases: Map<string, number>;
  /** The number of the grant that was stored last, by app. */
  readonly latest: Map<Slug, number>;
}

/** @throws AssertionError where a rule that holds everywhere does not hold after a step */
export async function expectRules(world: World, seen: Seen): Promise<void> {
  for (const slug of SLUGS) {
    const [there, here] = [await world.atPlatform(slug), await world.atInstance(slug)];
    expectOnlyForward(world, seen, { role: 'platform', slug, now: there });
    expectOnlyForward(world, seen, { role: 'instance', slug, now: here });
    expectDeadOnlyAfterRefusal(world, slug, there, here);
    if (there !== null) {
      expectRefreshTokenKept(world, slug, there);
      const { number } = world.provider.of(there.accessToken).grant;
      expect(number, `the grant of ${slug}`).toBe(seen.latest.get(slug));
    }
    await expectOneWish(world, slug, there, here);
  }
  expect(world.uncommitted, 'given before it was committed').toEqual([]);
  await expectLeasesForward(world, seen);
}

/** Versions only grow, ids stay, and an older token never stands in the place of a newer one. */
function expectOnlyForward(
  { provider }: World,
  { kept }: Seen,
  { role, slug, now }: { role: Role; slug: Slug; now: Kept | null },
): void {
  const key = `${slug} at the ${role}`;
  const before = kept.get(key);
  if (before === undefined && now === null) return;
  expect(now, `${key} is gone`).not.toBeNull();
  if (now === null) return;
  kept.set(key, now);
  if (before === undefined) return;
  const [old, fresh] = [provider.of(before.accessToken), provider.of(now.accessToken)];
  expect(now.id, `the id of ${key}`).toBe(before.id);
  expect(now.version, `the version of ${key}`).toBeGreaterThanOrEqual(before.version);
  expect(isNotOlder(fresh, old), `an older token of ${key} in the place of a newer`).toBe(true);
  if (fresh.order !== old.order)
    expect(now.version, `a new token of ${key} has a new version`).toBeGreaterThan(before.version);
}

/** A grant is called dead only when the provider has said invalid_grant to it. */
function expectDeadOnlyAfterRefusal(
  { provider }: World,
  slug: Slug,
  there: Kept | null,
  here: Kept | null,
): void {
  if (there?.status === 'needs_reconnect') {
    expect(provider.of(there.accessToken).grant.refused, `${slug} is dead at the platform alone`).toBe(true);
  }
  if (here?.status === 'needs_reconnect') {
    const { number } = provider.of(here.accessToken).grant;
    const later = [...provider.issued.values()].filter(
      ({ grant }) => grant.slug === slug && grant.number >= number,
    );
    expect(
      later.some(({ grant }) => grant.refused),
      `${slug} is dead at the instance alone`,
    ).toBe(true);
  }
}

/** The refresh token in the vault is the one that serves, unless its answer never came. */
function expectRefreshTokenKept({ provider }: World, slug: Slug, { accessToken, refreshToken }: Kept): void {
  const { grant } = provider.of(accessToken);
  if (!grant.alive || grant.swallowed) return;
  expect(refreshToken === grant.refreshToken, `the refresh token of ${slug} is lost`).toBe(true);
}

/** One wish a place; where it is done, both sides have the same. */
async function expectOneWish(world: World, slug: Slug, there: Kept | null, here: Kept | null): Promise<void> {
  const wishes = await world.wishes(slug);
  expect(wishes, `wishes for ${slug}`).toHaveLength(there === null ? 0 : 1);
  if (wishes[0]?.state !== 'done') return;
  expect(here?.accessToken === there?.accessToken, `${slug} is delivered and differs`).toBe(true);
}

async function expectLeasesForward(world: World, { leases }: Seen): Promise<void> {
  for (const role of ['instance', 'platform'] as const) {
    const { rows } = await sql<{ name: string; generation: number }>`
      select "name", "generation" from "lease"`.execute(world[role]().database.db as never);
    for (const { name, generation } of rows) {
      expect(generation, `the lease ${name}`).toBeGreaterThanOrEqual(leases.get(name) ?? 0);
      leases.set(name, generation);
    }
  }
}

/** @throws AssertionError where a secret stands in a log */
export function expectNothingLogged({ log, secrets }: World): void {
  expect(secretsIn(log.join(''), secrets)).toEqual([]);
}
