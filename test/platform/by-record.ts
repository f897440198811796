import type { OAuthApp, ProviderOverride } from '../../src/apps/index.ts';

/**
 * The value that a fake callback or token answer has for a member: one that the record allows, not the first;
 * an address where the name speaks of one.
 */
export function outsideValue({ credential }: OAuthApp, name: string): string {
  const allowed = credential.oauth.allowed?.[name];
  const text = `${name.replaceAll(/[^a-z]/gi, '-')}-of-the-tests`;
  return allowed?.at(-1) ?? (/_(url|domain)$/.test(name) ? `https://${text}.example` : text);
}

/**
 * The record's endpoints at `url`: each keeps its path behind a folder named after its host, and a
 * placeholder for a host becomes such a folder. One that starts with an app key stays: the key moves it.
 */
export function overridesAt(url: string, app: OAuthApp): ProviderOverride {
  const { authorizationEndpoint, tokenEndpoint, refreshEndpoint, revocationEndpoint, appToken, lookup } =
    app.credential.oauth;
  const moved = (template: string): string => {
    const [, start = ''] = /^\{([^{}]+)\}/.exec(template) ?? [];
    if (start in app.keys.shape) return template;
    return `${url}/${template.replace(/^https:\/\//, '')}`;
  };
  return {
    authorizationEndpoint: moved(authorizationEndpoint),
    tokenEndpoint: moved(tokenEndpoint),
    ...(refreshEndpoint === undefined ? {} : { refreshEndpoint: moved(refreshEndpoint) }),
    ...(appToken === undefined ? {} : { appTokenEndpoint: moved(appToken.endpoint) }),
    ...(lookup === undefined ? {} : { lookupEndpoint: moved(lookup.url) }),
    ...(revocationEndpoint === null || revocationEndpoint === 'unknown'
      ? {}
      : { revocationEndpoint: moved(revocationEndpoint) }),
  };
}

/** The path of an endpoint at the fake, with what its placeholders must have been filled with. */
export function pathAt(url: string, template: string, values: Readonly<Record<string, unknown>>): string {
  const address = template.replaceAll(/\{([^{}]+)\}/g, (_, name: string, at: number) =>
    at === 0 ? String(values[name]) : encodeURIComponent(String(values[name])),
  );
  if (!address.startsWith(`${url}/`)) throw new Error(`${address} is not at ${url}`);
  return address.slice(url.length);
}

/** A parameter with what its placeholders must have been filled with. */
export function filled(template: string, values: Readonly<Record<string, unknown>>): string {
  return template.replaceAll(/\{([^{}]+)\}/g, (_, name: string) => String(values[name]));
}

const LONG = 'x'.repeat(64);

/** Keys that the record's schema takes: the client's, and whatever else it asks for. */
export function sampleKeys(url: string, app: OAuthApp): Record<string, unknown> {
  const { oauth } = app.credential;
  const endpoints = [oauth.authorizationEndpoint, oauth.tokenEndpoint, oauth.refreshEndpoint ?? ''];
  const keys: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(app.keys.shape)) {
    const placed = endpoints.some(endpoint => endpoint.includes(`{${name}}`));
    if (schema.safeParse(undefined).success && !placed) continue;
    const text = `${name}-${LONG}`;
    const stripe = ['ca_', 'sk_', 'pk_', 'whsec_'].map(prefix => `${prefix}${text}`);
    const hosts = [url, 'host.example', 'acme.my.salesforce.com'];
    const candidates = [...(placed ? hosts : [text]), ...stripe, 'https://h.example/', url];
    keys[name] = candidates.find(candidate => schema.safeParse(candidate).success);
    if (keys[name] === undefined) throw new Error(`no sample for the key ${name} of ${app.slug}`);
  }
  return keys;
}
