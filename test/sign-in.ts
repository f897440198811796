import { createInstance } from '../src/instance/index.ts';
import type { DatabaseLocation } from './../src/lib/db/index.ts';
import { createLog } from '../src/lib/log.ts';
import { setupCode } from '../src/lib/sign-in/index.ts';
import { createPlatform } from '../src/platform/index.ts';
import type { HeldClock } from './clock.ts';
import { heldClock } from './clock.ts';
import { API_KEY, instanceConfig } from './instance.ts';
import { platformConfig } from './platform/platform.ts';

export const ADMIN = { email: 'ada@example.com', name: 'Ada', password: 'correct horse battery' };

export type RoleName = 'instance' | 'platform';

export interface RoleOptions {
  readonly publicUrl?: string;
  readonly trustProxy?: boolean;
  readonly clock?: HeldClock;
}

export interface SignInSide {
  readonly role: RoleName;
  readonly publicUrl: string;
  readonly clock: HeldClock;
  /** The code of this side's set-up. */
  readonly code: string;
  readonly fetch: (request: Request) => Response | Promise<Response>;
  readonly setupLink: () => Promise<string | null>;
  readonly runPrune: () => Promise<void>;
  readonly close: () => Promise<void>;
  readonly side: Awaited<ReturnType<typeof createInstance>> | Awaited<ReturnType<typeof createPlatform>>;
}

/** A role on a database, with a held clock and without pauses. Close it yourself. */
export async function startRole(
  role: RoleName,
  location: DatabaseLocation,
  { publicUrl = `http://${role}.test`, trustProxy = false, clock = heldClock() }: RoleOptions = {},
): Promise<SignInSide> {
  const effects = { now: clock.now, log: createLog('silent'), sleep: async () => {} };
  const changes = { publicUrl, trustProxy };
  const config =
    role === 'instance' ? instanceConfig(location, changes) : platformConfig({ location, ...changes });
  const side =
    role === 'instance'
      ? await createInstance(instanceConfig(location, changes), effects)
      : await createPlatform(platformConfig({ location, ...changes }), effects);
  return {
    role,
    publicUrl,
    clock,
    code: setupCode({ keyring: config.keyring, role }),
    fetch: request => side.fetch(request),
    setupLink: side.setupLink,
    runPrune: async () => {},
    close: side.close,
    side,
  };
}

export interface Sent {
  readonly headers?: Record<string, string>;
}

/** A browser with a cookie jar: it says of what site it is, as browsers do. */
export class Visitor {
  readonly cookies = new Map<string, string>();
  readonly side: SignInSide;
  /** Sent with every request. */
  readonly headers: Record<string, string>;
  constructor(side: SignInSide, headers: Record<string, string> = {}) {
    this.side = side;
    this.headers = headers;
  }

  async send(method: string, path: string, json?: unknown, { headers = {} }: Sent = {}): Promise<Response> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await this.side.fetch(
      new Request(`${this.side.publicUrl}${path}`, {
        method,
        headers: {
          'sec-fetch-site': 'same-origin',
          ...(cookie === '' ? {} : { cookie }),
          ...(json === undefined ? {} : { 'content-type': 'application/json' }),
          ...this.headers,
          ...headers,
        },
        ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      }),
    );
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/max-age=0/i.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return response;
  }

  /** Signs in with what the set-up made. */
  signIn(email = ADMIN.email, password = ADMIN.password): Promise<Response> {
    return this.send('POST', '/api/session', { email, password });
  }

  setUp(changes: object = {}): Promise<Response> {
    return this.send('POST', '/api/setup', { code: this.side.code, ...ADMIN, ...changes });
  }
}

/** Calls a side's API with the key. */
export function withKey(side: SignInSide, method: string, path: string, json?: unknown): Promise<Response> {
  const visitor = new Visitor(side, { authorization: `Bearer ${API_KEY}` });
  return visitor.send(method, path, json);
}

/** The answer's body. @throws Error with it when the status is another one */
export async function bodyOf<Body>(response: Response | Promise<Response>, status = 200): Promise<Body> {
  const answer = await response;
  const text = await answer.text();
  if (answer.status !== status) throw new Error(`answered ${answer.status}: ${text}`);
  return JSON.parse(text) as Body;
}
