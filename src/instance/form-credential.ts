import { isFormApp } from '../apps/index.ts';
import { open } from '../lib/sealed-box.ts';
import { KeyferryError } from '../protocol/index.ts';
import type { InstanceContext } from './context.ts';
import { openEntry } from './read-pushed.ts';
import { credentialIdentity, findCredential } from './store/index.ts';

export interface FormCredentialRequest {
  readonly userId: number;
  readonly appSlug: string;
}

type Context = Pick<InstanceContext, 'config' | 'database' | 'catalogue'>;

/**
 * What a user entered for an app without tokens: a user name and password, an API key, the addresses of feeds.
 * @throws KeyferryError app_not_found, credential_not_found, app_disabled, keys_unreadable, sealed_unreadable
 */
export async function readFormCredential(
  { config, database, catalogue }: Context,
  { userId, appSlug }: FormCredentialRequest,
): Promise<Readonly<Record<string, unknown>>> {
  const app = catalogue.get(appSlug);
  if (app === undefined || !isFormApp(app)) {
    throw new KeyferryError('app_not_found', 'There is no app of this slug that users connect by a form.');
  }
  const row = await findCredential(database, { userId, appSlug, account: '' });
  if (row === null) {
    throw new KeyferryError('credential_not_found', 'This user has no credential for this app.', {
      remedy: 'Connect the app on the platform; it pushes the credential here.',
    });
  }
  if (!row.appEnabled) {
    throw new KeyferryError('app_disabled', `The app ${appSlug} is disabled on this instance.`, {
      remedy: 'Enable it on settings/admin/apps.',
    });
  }
  const stored: unknown = JSON.parse(open(config.keyring, row.sealedKey, credentialIdentity(row)));
  try {
    return openEntry(app.credential, stored, config.calendsoKey);
  } catch (cause) {
    if (cause instanceof KeyferryError) throw cause;
    throw new KeyferryError(
      'keys_unreadable',
      'The stored text does not open with CALENDSO_ENCRYPTION_KEY.',
      {
        remedy: 'Set CALENDSO_ENCRYPTION_KEY to the value that the platform has.',
        cause,
      },
    );
  }
}
