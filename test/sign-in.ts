import { randomBytes, scryptSync } from 'node:crypto';
import { afterAll, beforeAll } from 'vitest';
import { createInstance } from '../src/instance/index.ts';
import { instanceSignIn } from '../src/instance/sign-in.ts';
import type { DatabaseLocation } from '../src/lib/db/index.ts';
import { createEffects } from '../src/lib/effects.ts';
import { createLog } from '../src/lib/log.ts';
import { putPassword, type SignInContext, setupCode } from '../src/lib/sign-in/index.ts';
import { createPlatform } from '../src/platform/index.ts';
import { platformSignIn } from '../src/platform/sign-in.ts';
import { type HeldClock, heldClock } from './clock.ts';
import type { TestDatabase, TestEngine } from './engines.ts';
import { API_KEY, instanceConfig } from './instance.ts';
import { platformConfig } from './platform/platform.ts';

export const ADMIN = { email: 'ada@example.com', name: 'Ada', password: 'correct horse battery' };

export type RoleName = 'instance' | 'platform';
export const ROLES: readonly RoleName[] = ['instance', 'platform'];

export interface RoleOptions {
  readonly publicUrl?: string;
  readonly trustProxy?: boolean;
  readonly clock?: HeldClock;
  /** Instead of a pause that takes no time. */
  readonly sleep?: (ms: number) => Promise<void>;
}

export interface SignInSide {
  readonly role: RoleName;
  readonly publicUrl: string;
  readonly clock: HeldClock;
  readonly signIn: SignInContext;
  /** The code of this side's set-up. */
  readonly code: string;
  readonly fetch: (request: Request) => Response | Promise<Response>;
  readonly setupLink: () => Promise<string | null>;
  readonly close: () => Promise<void>;
}

/** A role on a database, with a held clock and without pauses. Close it yourself. */
export async function startRole(
  role: RoleName,
  location: DatabaseLocation,
  {
    publicUrl = `http://${role}.test`,
    trustProxy = false,
    clock = heldClock(),
    sleep = async () => {},
  }: RoleOptions = {},
): Promise<SignInSide> {
  const effects = createEffects({ now: clock.now, log: createLog('silent'), sleep });
  const { side, signIn } = await open();
  return {
    role,
    publicUrl,
    clock,
    signIn,
    code: setupCode(signIn),
    fetch: request => side.fetch(request),
    setupLink: side.setupLink,
    close: side.close,
  };

  async function open() {
    if (role === 'instance') {
      const config = instanceConfig(location, { publicUrl, trustProxy });
      const side = await createInstance(config, effects);
      return { side, signIn: instanceSignIn(config, side.database, effects) };
    }
    const config = platformConfig({ location, publicUrl, trustProxy });
    const side = await createPlatform(config, effects);
    return { side, signIn: platformSignIn(config, side.database, effects) };
  }
}

/**
 * Roles in one database, as they may be, from before the first test of a describe until after its last.
 * @returns gives the one of a role, once they have started
 */
export function rolesOn(
  engine: TestEngine,
  options: RoleOptions = {},
  roles = ROLES,
): (role: RoleName) => SignInSide {
  let store: TestDatabase;
  const sides = new Map<RoleName, SignInSide>();
  beforeAll(async () => {
    store = await engine.create();
    for (const role of roles) sides.set(role, await startRole(role, store.location, options));
  });
  afterAll(async () => {
    // PGlite is one connection: the first to close closes it for both.
    for (const side of sides.values()) await side.close();
    await store.dispose();
  });
  return role => {
    const side = sides.get(role);
    if (side === undefined) throw new Error(`The ${role} has not started.`);
    return side;
  };
}

/** An admin who can sign in, with a hash that is cheap to check. @returns the id */
export async function addAdmin(
  { signIn }: SignInSide,
  email: string,
  password = ADMIN.password,
): Promise<number> {
  const salt = randomBytes(16);
  const hashed = scryptSync(password, salt, 32, { N: 16, r: 8, p: 1 });
  const sealedPassword = `$scrypt$ln=4,r=8,p=1$${salt.toString('base64url')}$${hashed.toString('base64url')}`;
  const { db } = signIn.store;
  const id = await signIn.putAdmin(db, { email, name: null }, signIn.effects.now());
  await putPassword(db, signIn, { id, hash: sealedPassword, oneTimeUntil: null });
  return id;
}

/** A browser of such an admin, signed in. */
export async function newAdmin(side: SignInSide, email: string): Promise<Visitor & { readonly id: number }> {
  const id = await addAdmin(side, email);
  const visitor = new Visitor(side);
  const answer = await visitor.signIn(email);
  if (answer.status !== 200) throw new Error(`Signing in answered ${answer.status}.`);
  return Object.assign(visitor, { id });
}

/** A browser with a cookie jar. It says that a page of ours asks, unless the test says otherwise. */
export class Visitor {
  readonly cookies = new Map<string, string>();
  readonly side: SignInSide;
  readonly headers: Record<string, string>;

  constructor(side: SignInSide, headers: Record<string, string> = {}) {
    this.side = side;
    this.headers = headers;
  }

  async send(
    method: string,
    path: string,
    json?: unknown,
    headers: Record<string, string> = { 'sec-fetch-site': 'same-origin' },
  ): Promise<Response> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await this.side.fetch(
      new Request(`${this.side.publicUrl}${path}`, {
        method,
        headers: {
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

  signIn(email = ADMIN.email, password = ADMIN.password): Promise<Response> {
    return this.send('POST', '/api/session', { email, password });
  }

  setUp(changes: object = {}): Promise<Response> {
    return this.send('POST', '/api/setup', { code: this.side.code, ...ADMIN, ...changes });
  }

  /** Who is signed in, or null. */
  async user(): Promise<unknown> {
    return (await bodyOf<{ user: unknown }>(this.send('GET', '/api/session'))).user;
  }
}

/** Calls a side's API with the key. */
export function withKey(side: SignInSide, method: string, path: string, json?: unknown): Promise<Response> {
  return new Visitor(side, { authorization: `Bearer ${API_KEY}` }).send(method, path, json, {});
}

/** The answer's body. @throws Error with it when the status is another one */
export async function bodyOf<Body>(response: Response | Promise<Response>, status = 200): Promise<Body> {
  const answer = await response;
  const text = await answer.text();
  if (answer.status !== status) throw new Error(`answered ${answer.status}: ${text}`);
  return JSON.parse(text) as Body;
}

/** The status and the code of a problem. */
export async function problemOf(response: Response | Promise<Response>): Promise<[number, string]> {
  const answer = await response;
  return [answer.status, ((await answer.json()) as { code: string }).code];
}
