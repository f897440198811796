import type { AppDefinition } from '../definition.ts';
import { expiryMembers } from './expiry-members.ts';
import { standIns } from './stand-in.ts';

/**
 * Members of a key that Cal.com's reader needs and no connection makes: neither the token answer nor the
 * callback nor the look-up has them, and nothing can stand in for them. Cal.com asks the provider for them when its own user
 * installs the app, or its user enters them there. An import may bring them.
 */
export function membersOfImport({ credential }: AppDefinition): readonly string[] {
  if (credential.kind !== 'oauth2') return [];
  const { calcom, oauth } = credential;
  const come = [
    'access_token',
    'refresh_token',
    'token_type',
    'scope',
    ...oauth.travels,
    ...oauth.callbackMembers,
    ...(oauth.lookup?.members ?? []),
  ];
  const had = new Set([
    ...come.map(name => calcom.members?.[name] ?? name),
    ...Object.keys(standIns(calcom, 0)),
    ...Object.keys(expiryMembers(calcom.pushExpiry, 0, 0)),
  ]);
  return calcom.needs.filter(name => !had.has(name));
}
