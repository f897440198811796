import { onTestFinished } from 'vitest';
import { listen } from '../src/lib/http/index.ts';
import { DEFAULT_HEADERS } from '../src/protocol/index.ts';

type Handler = (request: Request) => Response | Promise<Response>;

/** Answers in place of the handler; null lets the handler answer. */
export type Interception = (request: Request, body: string) => Response | null;

/** An answer of the handler, with what was asked. */
export interface Heard {
  readonly request: Request;
  readonly response: Response;
  /** As it travels: packed where the headers say so. */
  readonly body: string;
}

export interface Wiretap {
  readonly url: string;
  intercept: Interception;
  /** Told every answer of the handler before it is sent. */
  hear: (heard: Heard) => void;
}

/** Secrets by kind. */
export type Secrets = Map<string, Set<string>>;

export function addSecret(secrets: Secrets, kind: string, value: unknown): void {
  if (typeof value !== 'string' || value === '') return;
  secrets.set(kind, (secrets.get(kind) ?? new Set()).add(value));
}

/** Serves a handler on loopback and gathers every secret that passes by; closed when the test has finished. */
export async function wiretap(handler: Handler, secrets: Secrets): Promise<Wiretap> {
  const tap = { url: '', intercept: (() => null) as Interception, hear: (_: Heard) => {} };
  const listener = await listen(
    async request => {
      const body = await request.text();
      fromUrl(request.url, secrets);
      fromHeaders(request.headers, secrets);
      fromBody(body, secrets);
      const { method, headers, url } = request;
      const again = new Request(url, { method, headers, ...(body === '' ? {} : { body }) });
      const instead = tap.intercept(again, body);
      if (instead !== null) return instead;
      const response = await handler(again);
      fromHeaders(response.headers, secrets);
      const [told, heard] = response.body?.tee() ?? [null, null];
      const answered = await new Response(heard).text().catch(() => '');
      fromBody(answered, secrets);
      tap.hear({ request: again, response, body: answered });
      return new Response(told, response);
    },
    { port: 0, host: '127.0.0.1' },
  );
  onTestFinished(() => listener.close(0));
  tap.url = listener.url;
  return tap;
}

/** Members, parameters and query parameters that carry a secret. */
const MEMBERS: Readonly<Record<string, string>> = {
  access_token: 'access token',
  refresh_token: 'refresh token',
  id_token: 'ID token',
  token: 'token to revoke',
  code: 'authorization code',
  code_verifier: 'PKCE verifier',
  client_secret: 'client secret',
  state: 'state',
};

function fromUrl(text: string, secrets: Secrets): void {
  if (!URL.canParse(text)) return;
  const { pathname, searchParams } = new URL(text);
  fromMembers(Object.fromEntries(searchParams), secrets);
  const [, link] = /^\/connect\/([^/]{40,})$/.exec(pathname) ?? [];
  addSecret(secrets, 'connect token', link);
}

function fromHeaders(headers: Headers, secrets: Secrets): void {
  for (const [name, value] of headers) {
    if (DEFAULT_HEADERS.some(header => header === name)) addSecret(secrets, 'sync secret', value);
    if (name === 'location') fromUrl(value, secrets);
    if (name === 'cookie' || name === 'set-cookie') addSecret(secrets, 'cookie', /=([^;]*)/.exec(value)?.[1]);
    const [, scheme, given = ''] = name === 'authorization' ? (/^(\S+) (.*)$/.exec(value) ?? []) : [];
    if (scheme !== undefined) addSecret(secrets, scheme, given);
    if (scheme === 'Basic') addSecret(secrets, 'client at Basic', Buffer.from(given, 'base64').toString());
  }
}

function fromBody(body: string, secrets: Secrets): void {
  try {
    fromMembers(JSON.parse(body), secrets);
  } catch {
    fromMembers(Object.fromEntries(new URLSearchParams(body)), secrets);
  }
}

function fromMembers(value: unknown, secrets: Secrets): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [name, member] of Object.entries(value)) {
    const kind = MEMBERS[name];
    // A problem has a code and a delivery a state that are words.
    if (kind !== undefined && !/^[a-z_]+$/.test(String(member))) addSecret(secrets, kind, member);
    if (name === 'url' && typeof member === 'string') fromUrl(member, secrets);
    if (name === 'keys' && typeof member === 'string') fromKeys(member, secrets);
    fromMembers(member, secrets);
  }
}

/** A ciphertext, or what a confused sender put in its place. */
function fromKeys(text: string, secrets: Secrets): void {
  if (/^[0-9a-f]+:[0-9a-f]+$/i.test(text)) addSecret(secrets, 'ciphertext', text);
  else fromBody(text, secrets);
}
