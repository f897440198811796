import { type AppDefinition, isOAuthApp } from '../../apps/index.ts';
import { KeyferryError } from '../../protocol/index.ts';
import { fillEndpoint, isLoopback, placeholdersOfOrigin } from '../oauth/index.ts';
import { type AppKeys, keysOf } from './app-keys.ts';

/** The keys of an app that say where its provider is: grants and the client secret go there. */
export function addressKeys(app: AppDefinition): readonly string[] {
  if (!isOAuthApp(app)) return [];
  const names = Object.keys(app.keys.shape);
  return [...new Set(templatesOf(app).flatMap(placeholdersOfOrigin))].filter(name => names.includes(name));
}

function templatesOf(app: AppDefinition): readonly string[] {
  if (!isOAuthApp(app)) return [];
  const { oauth } = app.credential;
  const given = [
    oauth.authorizationEndpoint,
    oauth.tokenEndpoint,
    oauth.refreshEndpoint,
    oauth.revocationEndpoint,
    oauth.lookup?.url,
    oauth.appToken?.endpoint,
  ];
  return given.filter(one => typeof one === 'string' && one !== 'unknown') as string[];
}

/** Whether keys lead to another place than those before. */
export function leadElsewhere(app: AppDefinition, before: AppKeys, after: AppKeys): boolean {
  return addressKeys(app).some(name => before[name] !== after[name]);
}

/**
 * Whoever says where the provider is must know the app's secrets: those that are stored are sent nowhere new.
 * @throws KeyferryError body_invalid with the fault of each secret that must be entered again
 */
export function assertSecretsGiven(
  app: AppDefinition,
  { before, given, after }: { before: AppKeys; given: AppKeys; after: AppKeys },
): void {
  if (!leadElsewhere(app, before, after)) return;
  const { publicKeys } = keysOf(app);
  const changed = addressKeys(app).filter(name => before[name] !== after[name]);
  const missing = Object.keys(before).filter(name => !publicKeys.includes(name) && !(name in given));
  if (missing.length === 0) return;
  const fault = `must be entered again where ${changed.join(', ')} changes`;
  throw new KeyferryError('body_invalid', missing.map(name => `keys.${name}: ${fault}`).join('; '), {
    remedy: 'What is stored is sent to no new address. Enter the secret together with the address.',
    fields: Object.fromEntries(missing.map(name => [name, fault])),
  });
}

/**
 * Addresses in keys are https; plain http is of this machine, where private addresses are allowed.
 * @throws KeyferryError body_invalid with the fault of the key
 */
export function assertSafeAddresses(app: AppDefinition, keys: AppKeys, privateAddresses: boolean): void {
  for (const name of addressKeys(app)) {
    for (const template of templatesOf(app).filter(one => one.startsWith(`{${name}}`))) {
      const url = fillEndpoint(template, { keys });
      if (url.protocol === 'https:' || (privateAddresses && isLoopback(url))) continue;
      const fault = 'must begin with https://';
      throw new KeyferryError('body_invalid', `keys.${name}: ${fault}`, {
        remedy: 'Plain http to this machine is taken with KEYFERRY_ALLOW_PRIVATE_ADDRESSES=true.',
        fields: { [name]: fault },
      });
    }
  }
}
