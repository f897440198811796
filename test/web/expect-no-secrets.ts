import { expect } from 'vitest';
import { secretsIn } from '../secret-search.ts';
import type { World } from './walk-ground.ts';

/** What an address carries by the nature of the protocol, for one use; the last is the link's, given in turn. */
const IN_ADDRESSES = ['state', 'authorization code', 'connect token', 'token to revoke'];

/** What the story must have used, so that there was something to find. */
const USED = [
  'access token',
  'AES key',
  'API key',
  'ciphertext',
  'client secret',
  'cookie',
  'one-time password',
  'password',
  'refresh token',
  'sealing key',
  'set-up code',
  'sync secret',
];

/**
 * No secret in what was answered to browsers, in headers or in addresses; a one-time password only in the answer
 * that makes it; and pages ask their own origin alone.
 */
export async function expectNoSecrets({ sides, host, witness }: World): Promise<void> {
  await witness.settled();
  const { secrets } = sides;
  expect([...secrets.keys()]).toEqual(expect.arrayContaining(USED));
  const without = (...kinds: string[]) => new Map([...secrets].filter(([kind]) => !kinds.includes(kind)));
  const only = (kind: string) => new Map([[kind, secrets.get(kind) ?? []]]);
  const { answers } = witness;
  const toBrowsers = answers.filter(({ withKey }) => !withKey);
  const toBackEnds = answers.filter(({ withKey }) => withKey);
  const makesPassword = ({ what }: { what: string }) => /^POST .*\/one-time-password$/.test(what);
  const text = (list: readonly { body: string }[]) => list.map(({ body }) => body).join('\n');

  expect(secretsIn(text(toBrowsers.filter(one => !makesPassword(one))), without('state'))).toEqual([]);
  expect(secretsIn([...witness.loaded].join('\n'), without('state', 'one-time password'))).toEqual([]);
  expect(secretsIn(answers.map(({ headers }) => headers).join('\n'), without(...IN_ADDRESSES))).toEqual([]);
  expect(secretsIn([...witness.addresses].join('\n'), without(...IN_ADDRESSES))).toEqual([]);
  // Where one belongs it is found, so that the search is one.
  expect(secretsIn(text(toBrowsers.filter(makesPassword)), only('one-time password'))).toHaveLength(1);
  expect(secretsIn(text(toBrowsers.filter(makesPassword)), without('one-time password'))).toEqual([]);
  expect(secretsIn(text(toBackEnds), only('access token'))).not.toEqual([]);

  const { toInstance, toPlatform, google } = sides;
  expect(witness.strayed).toEqual([]);
  const origins = [toInstance.url, toPlatform.url, google, host.url].map(url => new URL(url).origin);
  expect(witness.visited).toEqual(new Set(origins));
}
