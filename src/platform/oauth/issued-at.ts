import { isOAuthApp, KNOWN_APPS, type OAuthDefinition } from '../../apps/index.ts';
import { KeyferryError } from '../../protocol/index.ts';
import type { OAuthClient } from './client.ts';
import { fillEndpoint, isLoopback, placeholdersOfOrigin } from './fill-endpoint.ts';

/**
 * The origins to which a grant may go: those of its provider when it was issued. Empty where they stand in the
 * catalogue, and no operator can change them. Null: it was stored before this was noted.
 */
export type IssuedAt = readonly string[] | null;

type Wire = Readonly<Record<string, unknown>>;

/**
 * Where the grants of an app go now.
 * @throws KeyferryError app_keys_missing, address_refused
 */
export function originsOf(by: OAuthClient, wire: Wire): readonly string[] {
  const { oauth } = by.app.credential;
  const templates = endpointsOf(oauth);
  if (!templates.some(template => isChangeable(by, template))) return [];
  const urls = templates.map(template =>
    fillEndpoint(template, { keys: by.keys, members: wire, allowed: oauth.allowed }),
  );
  return [...new Set(urls.map(({ origin }) => origin))].sort();
}

/**
 * Holds a grant to where it was issued: its tokens go nowhere else, whoever changes the app's keys or its file. One
 * that was stored before that was noted goes to where the app's grants go now, and is bound then.
 * @throws KeyferryError needs_reconnect
 */
export function assertIssuedAt(issuedAt: IssuedAt, { app }: OAuthClient, endpoint: URL): void {
  if (issuedAt === null || issuedAt.includes(endpoint.origin)) return;
  if (issuedAt.length === 0 && !endpointsChangeable(app)) return;
  if (issuedAt.length === 0 && isLoopback(endpoint)) return;
  throw new KeyferryError(
    'needs_reconnect',
    `The address of ${app.slug} is not the one that gave this grant.`,
    {
      remedy: 'Set the address back, or have the user connect the app again: the grant is sent nowhere else.',
    },
  );
}

function endpointsChangeable(app: OAuthClient['app']): boolean {
  const names = Object.keys(app.keys.shape);
  const keys = Object.fromEntries(names.map(name => [name, 'x']));
  const { oauth } = app.credential;
  return endpointsOf(oauth).some(template => isChangeable({ app, keys }, template));
}

function endpointsOf({ tokenEndpoint, refreshEndpoint, revocationEndpoint }: OAuthDefinition): string[] {
  const given = [tokenEndpoint, refreshEndpoint, revocationEndpoint];
  return given.filter(one => typeof one === 'string' && one !== 'unknown') as string[];
}

/** Whether an operator says where an endpoint is: by a key of the app, or in the file of apps. */
function isChangeable({ app, keys }: Pick<OAuthClient, 'app' | 'keys'>, template: string): boolean {
  if (placeholdersOfOrigin(template).some(name => Object.hasOwn(keys, name))) return true;
  const known = KNOWN_APPS.find(({ slug }) => slug === app.slug);
  if (known !== undefined && isOAuthApp(known) && endpointsOf(known.credential.oauth).includes(template)) {
    return false;
  }
  // A provider of this machine is one of somebody who tries things out; its port changes.
  return !(URL.canParse(template) && isLoopback(new URL(template)));
}
