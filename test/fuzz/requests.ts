import { encryptKeys } from '../../src/protocol/index.ts';
import { AES_KEY } from '../instance.ts';

/** A part of an OpenAPI document, as far as requests are made from it. */
interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
}
interface Operation {
  readonly parameters?: readonly { name: string; in: string; required?: boolean; schema?: Schema }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { schema?: Schema }>> };
}
export interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

/** A route of a document. */
export interface Route {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
  readonly document: Document;
}

export function routesOf(document: Document): Route[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      operation,
      document,
    })),
  );
}

/** What exists, so that some requests hit it. */
export interface Known {
  readonly users: readonly number[];
  /** Ids of connections and sessions. */
  readonly ids: readonly string[];
  readonly slugs: readonly string[];
}

/** A request that is more or less what a route's document asks for. */
export interface Fuzzed {
  readonly route: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

const long = (text: string, times: number) => text.repeat(times);
const TEXTS = [
  ...['', 'a', '0', '-1', 'null', 'true', '[]', '{}', '\u0000', 'a\u0000b', '\ud800', '\udfff\ud800', 'é'],
  ...[
    '\u202e',
    '\u2028',
    '٣',
    '1e9',
    'NaN',
    "'",
    '"',
    '`',
    '\\',
    '%',
    '%00',
    '%2e%2e%2f',
    '../../etc/passwd',
  ],
  ...[
    '<script>alert(1)</script>',
    '{{7*7}}',
    "' or '1'='1",
    "'; drop table users;--",
    '\r\nX: y',
    '\u001b[31m',
  ],
  ...[
    '__proto__',
    'constructor',
    'hasOwnProperty',
    'toString',
    long('a', 199),
    long('a', 201),
    long('a', 5_000),
  ],
  ...[long('😀', 100), 'İ', 'ß', 'ﬀ', '2026-02-30T00:00:00Z', '2026-01-01T00:00:00+99:99', '9999999999999'],
  ...['http://x', 'javascript:alert(1)', 'a@b.c', 'A@EXAMPLE.COM', `x@${long('a', 300)}.com`, 'de-AT'],
  ...[
    'Europe/Berlin',
    'working',
    'ADMIN',
    'waiting',
    'stopped',
    'W10',
    'WzEsIlx1MDAwMCJd',
    'WzEsOTk5OTk5OTk5OTk5XQ',
  ],
];
const NUMBERS = [
  ...[0, 1, -1, 2, 3, 1.5, -0, 1e21, 1e308, 2_147_483_647, 2_147_483_648, -2_147_483_648, 60, 100, 500, 501],
  ...[Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER + 2, 86_400, 86_401, Number.MAX_VALUE, 5e-324],
];

/**
 * Makes requests for routes: what their documents describe, with odd values at odd places.
 * @param random in [0, 1)
 */
export function requestMaker(random: () => number, known: Known) {
  const pick = <Value>(from: readonly Value[]): Value => from[Math.floor(random() * from.length)] as Value;
  const chance = (of: number) => random() < of;

  function anything(depth = 0): unknown {
    const kind = Math.floor(random() * 8);
    if (kind <= 2) return pick(TEXTS);
    if (kind === 3) return pick(NUMBERS);
    if (kind === 4) return null;
    if (kind === 5) return chance(0.5);
    if (depth > 3) return [];
    return kind === 6
      ? [anything(depth + 1), anything(depth + 1)]
      : Object.fromEntries([[pick(TEXTS), anything(depth + 1)]]);
  }

  /** Values that a route does something with, by the names of members and parameters. */
  const likely: Readonly<Record<string, () => unknown>> = {
    appSlug: () => pick(known.slugs),
    slug: () => pick(known.slugs),
    userId: () => pick(known.users),
    calcomUserId: () => pick(known.users),
    externalUserId: () => `host-${Math.floor(random() * 30)}`,
    credentialId: () => 1 + Math.floor(random() * 6),
    apps: () => [pick(known.slugs)],
    minimumSeconds: () => pick([0, 60, 86_400]),
    credential: () => ({ access_token: 't', refresh_token: 'r', expires_in: pick(NUMBERS) }),
    encryptedKey: () => sealed({ access_token: 't' }),
    keys: () =>
      chance(0.5) ? sealed({ access_token: 't', expires_in: 60 }) : { client_id: 'c', client_secret: 's' },
    from: () => '2026-01-01T00:00:00Z',
    to: () => '2026-01-02T00:00:00Z',
    // scrypt would be most of the time.
    password: () => 'short',
  };
  const sealed = (value: unknown) => encryptKeys(JSON.stringify(value), AES_KEY);

  function named(name: string, schema: Schema | undefined, route: Route, wild: number): unknown {
    const value = likely[name];
    return value !== undefined && !chance(0.3) ? value() : made(schema, route, wild);
  }

  function made(given: Schema | undefined, route: Route, wild: number, depth = 0): unknown {
    const schema = resolved(given, route.document);
    if (chance(wild) || depth > 6) return anything();
    if (schema.enum !== undefined) return pick(schema.enum);
    if (schema.const !== undefined) return schema.const;
    const either = schema.anyOf ?? schema.oneOf;
    if (either !== undefined) return made(pick(either), route, wild, depth + 1);
    const type = typeof schema.type === 'object' ? pick(schema.type) : schema.type;
    if (type === 'object') return objectOf(schema, route, wild, depth);
    if (type === 'array') {
      return Array.from({ length: Math.floor(random() * 4) }, () =>
        made(schema.items, route, wild, depth + 1),
      );
    }
    if (type === 'integer' || type === 'number') return chance(0.4) ? pick(known.users) : pick(NUMBERS);
    if (type === 'boolean') return chance(0.5);
    if (type === 'null') return null;
    if (schema.format === 'uuid' && chance(0.7)) return pick(known.ids);
    if (schema.format === 'email' && chance(0.7)) return `g${Math.floor(random() * 50)}@example.com`;
    return pick(TEXTS);
  }

  function objectOf(schema: Schema, route: Route, wild: number, depth: number): Record<string, unknown> {
    const members: [string, unknown][] = [];
    for (const [name, member] of Object.entries(schema.properties ?? {})) {
      if (chance(schema.required?.includes(name) ? 0.95 : 0.6))
        members.push([name, named(name, member, route, wild)]);
    }
    if (schema.additionalProperties) {
      const more = schema.additionalProperties === true ? undefined : schema.additionalProperties;
      for (let n = Math.floor(random() * 3); n > 0; n -= 1) {
        members.push([pick([...TEXTS, 'client_id', 'access_token']), made(more, route, wild, depth + 1)]);
      }
    }
    if (chance(0.05)) members.push([pick(TEXTS), anything()]);
    return Object.fromEntries(members);
  }

  /** A value in a path or a query. Half of a surrogate pair has no place in either. */
  function encoded(value: unknown): string {
    const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
    return encodeURIComponent(text.replaceAll(/\p{Cs}/gu, '\ufffd'));
  }

  function queryOf(route: Route, wild: number): string {
    const pairs: string[] = [];
    for (const { name, in: place, required = false, schema } of route.operation.parameters ?? []) {
      if (place !== 'query' || !chance(required ? 0.95 : 0.5)) continue;
      pairs.push(`${name}=${encoded(named(name, schema, route, wild))}`);
      if (chance(0.04)) pairs.push(`${name}=${encoded(pick(TEXTS))}`);
    }
    if (chance(0.05)) pairs.push(`${encoded(pick(TEXTS))}=${encoded(pick(TEXTS))}`);
    return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
  }

  function bodyOf(route: Route, wild: number): string {
    const [content] = Object.values(route.operation.requestBody?.content ?? {});
    const text =
      JSON.stringify(content === undefined ? anything() : made(content.schema, route, wild)) ?? '';
    const spoilt = random();
    if (spoilt < 0.03) return text.slice(0, -1);
    if (spoilt < 0.05) return `${text}x`;
    if (spoilt < 0.06) return '';
    return spoilt < 0.07 ? `\ufeff${text}` : text;
  }

  const TYPES = ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data'];

  /** @param wild how likely a value is anything at all, in [0, 1] */
  return function request(route: Route, wild: number): Fuzzed {
    const path = route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
      const fitting =
        name === 'slug' ? known.slugs : route.path.includes('connect') ? known.ids : known.users;
      return encoded(chance(0.75) ? pick<unknown>(fitting) : pick(TEXTS)) || 'x';
    });
    const takesBody = !['GET', 'DELETE', 'HEAD', 'OPTIONS'].includes(route.method);
    const headers = takesBody ? { 'content-type': chance(0.95) ? 'application/json' : pick(TYPES) } : {};
    return {
      route: `${route.method} ${route.path}`,
      method: route.method,
      path: path + queryOf(route, wild),
      headers: headers as Record<string, string>,
      body: takesBody ? bodyOf(route, wild) : undefined,
    };
  };
}

function resolved(schema: Schema | undefined, document: Document): Schema {
  if (schema?.$ref === undefined) return schema ?? {};
  const parts = schema.$ref.split('/').slice(1);
  return parts.reduce<unknown>((at, part) => (at as Record<string, unknown>)?.[part], document) as Schema;
}
