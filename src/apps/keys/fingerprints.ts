import { keyFingerprints } from '../../protocol/index.ts';
import type { AppDefinition } from '../definition.ts';
import type { Catalogue } from '../index.ts';

/** Fingerprints of app keys, by slug and name. */
export type KeyFingerprints = Record<string, Record<string, string>>;

/** The keys that must be the same on both sides: the client's id and secret. None where nothing is connected by OAuth. */
export function clientKeyNames({ credential }: Pick<AppDefinition, 'credential'>): readonly string[] {
  return credential.kind === 'oauth2' ? [credential.oauth.clientId, credential.oauth.clientSecret] : [];
}

/**
 * The fingerprints of what one side has.
 * @param keys the side's app keys, by slug
 * @param secret the shared sync secret
 */
export function fingerprintKeys(
  catalogue: Catalogue,
  keys: ReadonlyMap<string, Readonly<Record<string, unknown>>>,
  secret: string,
): KeyFingerprints {
  const fingerprint = keyFingerprints(secret);
  return Object.fromEntries(
    [...keys].flatMap(([slug, values]) => {
      const app = catalogue.get(slug);
      if (app === undefined) return [];
      const members = clientKeyNames(app).flatMap(name => {
        const value = values[name];
        return typeof value === 'string' ? [[name, fingerprint(slug, name, value)]] : [];
      });
      return members.length === 0 ? [] : [[slug, Object.fromEntries(members)]];
    }),
  );
}

/** How the keys of an app stand to each other. */
export interface KeyComparison {
  readonly slug: string;
  readonly verdict: 'same' | 'differs' | 'ours_missing' | 'theirs_missing';
  /** The names of those that differ. */
  readonly differing: readonly string[];
}

/** Compares what both sides have; apps of which neither has keys are left out. */
export function compareKeys(
  catalogue: Catalogue,
  ours: KeyFingerprints,
  theirs: KeyFingerprints,
): KeyComparison[] {
  return [...catalogue.values()].flatMap(app => {
    const { slug } = app;
    const names = clientKeyNames(app);
    const [here, there] = [ours[slug], theirs[slug]];
    if (names.length === 0 || (here === undefined && there === undefined)) return [];
    const differing = here && there ? names.filter(name => here[name] !== there[name]) : [];
    return [{ slug, verdict: verdictOf(here, there, differing), differing }];
  });
}

function verdictOf(here: unknown, there: unknown, differing: readonly string[]): KeyComparison['verdict'] {
  if (here === undefined) return 'ours_missing';
  if (there === undefined) return 'theirs_missing';
  return differing.length === 0 ? 'same' : 'differs';
}
