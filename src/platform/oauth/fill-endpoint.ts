import type { OAuthDefinition } from '../../apps/index.ts';
import { KeyferryError } from '../../protocol/index.ts';

/** What placeholders are filled from. */
export interface Fillings {
  /** The operator's: trusted with any host. */
  readonly keys: Readonly<Record<string, unknown>>;
  /** From the callback or a token answer: only values that `allowed` lists. */
  readonly members?: Readonly<Record<string, unknown>> | undefined;
  readonly allowed?: OAuthDefinition['allowed'] | undefined;
  /** From a token answer: any text, but in the path alone. */
  readonly inPath?: Readonly<Record<string, unknown>> | undefined;
}

const PLACEHOLDER = /\{([^{}]+)\}/g;
const ORIGIN = /^(https?:\/\/)?[^/]+(?=\/)/;
const HOST_PART = /^[a-z0-9-]+(\.[a-z0-9-]+)*(:\d{1,5})?$/i;
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/**
 * An endpoint of a record with its placeholders filled. The client secret goes to this address, so a host
 * from outside the operator's hand is one that the record lists, and it is https; an operator's own may be
 * http on loopback.
 * @throws KeyferryError app_keys_missing, address_refused
 */
export function fillEndpoint(template: string, fillings: Fillings): URL {
  const [{ length: originEnds } = template] = ORIGIN.exec(template) ?? [];
  const filled = template.replaceAll(PLACEHOLDER, (_, name: string, at: number) => {
    if (at >= originEnds) return pathPart(name, fillingOfPath(name, fillings));
    const value = filling(name, fillings);
    return at === 0 ? base(name, value) : hostPart(name, value);
  });
  return new URL(filled);
}

/**
 * Parameters of a request with their placeholders filled.
 * @throws KeyferryError app_keys_missing
 */
export function fillParameters(
  parameters: Readonly<Record<string, string>>,
  values: Readonly<Record<string, unknown>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(parameters).map(([parameter, template]) => [
      parameter,
      template.replaceAll(PLACEHOLDER, (_, name: string) => {
        const value = values[name];
        if (typeof value !== 'string') throw keyMissing(name);
        return value;
      }),
    ]),
  );
}

/**
 * Holds a value from outside to those that the record lists for it, if it lists any.
 * @throws KeyferryError address_refused
 */
export function assertAllowed(name: string, value: unknown, allowed: OAuthDefinition['allowed']): void {
  const values: readonly unknown[] | undefined = allowed?.[name];
  if (values !== undefined && !values.includes(value)) throw outside(name);
}

function filling(name: string, { keys, members = {}, allowed = {} }: Fillings): string {
  const key = keys[name];
  if (typeof key === 'string' && key !== '') return key;
  const values = Object.hasOwn(allowed, name) ? allowed[name] : undefined;
  if (values === undefined) throw keyMissing(name);
  const given = Object.hasOwn(members, name) ? members[name] : values[0];
  assertAllowed(name, given, allowed);
  return given as string;
}

function fillingOfPath(name: string, fillings: Fillings): string {
  const { keys, inPath = {} } = fillings;
  const value = !Object.hasOwn(keys, name) && Object.hasOwn(inPath, name) ? inPath[name] : undefined;
  return typeof value === 'string' && value !== '' ? value : filling(name, fillings);
}

/** `https://cloud.example/nextcloud`: an address without a query, a fragment or a user. */
function base(name: string, value: string): string {
  const url = URL.canParse(value) ? new URL(value) : null;
  const plain = url !== null && `${url.username}${url.password}` === '' && !/[?#]/.test(value);
  const secure = url?.protocol === 'https:' || (url !== null && isLoopback(url));
  if (plain && secure) return withoutLastSlashes(value);
  throw new KeyferryError('address_refused', `${name} is not a plain address with https.`, {
    remedy: `Set the key ${name} of the app to an address such as https://host.example.`,
  });
}

/** Whether an address is plain http of this machine: for trying things out. */
export function isLoopback({ protocol, hostname }: URL): boolean {
  return protocol === 'http:' && LOOPBACK.includes(hostname);
}

/** The names of the placeholders that say to which origin an endpoint belongs. */
export function placeholdersOfOrigin(template: string): readonly string[] {
  const [origin = template] = ORIGIN.exec(template) ?? [];
  return [...origin.matchAll(PLACEHOLDER)].map(([, name = '']) => name);
}

/** An expression would take the square of their number. */
function withoutLastSlashes(text: string): string {
  let end = text.length;
  while (text[end - 1] === '/') end -= 1;
  return text.slice(0, end);
}

function hostPart(name: string, value: string): string {
  if (HOST_PART.test(value)) return value;
  throw new KeyferryError('address_refused', `${name} is not a part of a host name.`, {
    remedy: `Correct the key ${name} of the app.`,
  });
}

function pathPart(name: string, value: string): string {
  if (value !== '.' && value !== '..') return encodeURIComponent(value);
  throw outside(name);
}

function outside(name: string): KeyferryError {
  return new KeyferryError('address_refused', `${name} is not one that the provider is known to have.`, {
    remedy: 'Connect the app again. If it stays so, the provider has a region that its record does not list.',
  });
}

function keyMissing(name: string): KeyferryError {
  return new KeyferryError('app_keys_missing', `The app has no key ${name} on this platform.`, {
    remedy: 'Set it with PUT /api/keyferry/v1/apps/{slug}.',
  });
}
