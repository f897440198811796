import type { OAuthApp } from '../../apps/index.ts';
import { type Credential, KeyferryError, readCredential } from '../../protocol/index.ts';

/**
 * Tokens that a host already holds, as the provider or Cal.com names their members. Where the provider has
 * several hosts and the grant is to be refreshed, the host must be told: the wrong one would call it dead.
 * @param now epoch milliseconds, what relative expiries count from
 * @throws z.ZodError, KeyferryError body_invalid; both name the members at fault, never their values
 */
export function readImported(
  { credential: { calcom, oauth } }: OAuthApp,
  value: Readonly<Record<string, unknown>>,
  now: number,
): Credential {
  const ours = new Map(Object.entries(calcom.members ?? {}).map(([name, theirs]) => [theirs, name]));
  const named = Object.entries(value).map(([name, member]) => {
    const own = ours.get(name);
    return [own === undefined || Object.hasOwn(value, own) ? name : own, member];
  });
  const credential = readCredential(Object.fromEntries(named), now);
  const refreshed = oauth.refreshable && credential.refreshToken !== null;
  const endpoint = oauth.refreshEndpoint ?? oauth.tokenEndpoint;
  for (const [name, values] of Object.entries(oauth.allowed ?? {})) {
    const given = credential.wire[name];
    const needed = refreshed && endpoint.includes(`{${name}}`);
    if (given === undefined ? !needed : (values as readonly unknown[]).includes(given)) continue;
    throw new KeyferryError('body_invalid', `credential.${name}: must be one of ${values.join(', ')}`, {
      remedy: `Say from which of the provider's hosts the tokens are.`,
    });
  }
  return credential;
}
