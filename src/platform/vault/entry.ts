import { open, seal } from '../../lib/sealed-box.ts';
import { credentialText } from '../../protocol/index.ts';
import type { PlatformContext } from '../context.ts';
import type { ConnectionRow } from '../store/index.ts';
import { connectionIdentity } from './grant.ts';

/** What a user entered for an app without tokens, as its record's schema has it. It never expires. */
export type Entry = Readonly<Record<string, unknown>>;

type Context = Pick<PlatformContext, 'config'>;

/** The sealed form of an entry, for the row of that id. */
export function sealEntry({ config }: Context, id: string, entry: Entry): string {
  return seal(config.keyring, credentialText(entry), connectionIdentity(id));
}

/**
 * Opens the row of an app whose users fill in a form.
 * @throws KeyferryError sealed_unreadable
 */
export function openEntry(
  { config }: Context,
  { id, sealedCredential }: Pick<ConnectionRow, 'id' | 'sealedCredential'>,
): Entry {
  return JSON.parse(open(config.keyring, sealedCredential, connectionIdentity(id)));
}
