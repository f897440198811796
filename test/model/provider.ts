import { randomBytes } from 'node:crypto';
import type { ProviderOverrides } from '../../src/apps/index.ts';
import { type Received, type Scripted, scriptedServer } from '../platform/server.ts';
import { createGate, type Gate } from './gate.ts';

/** How the provider is. `swallowing` does what it is asked and drops the connection before it has answered. */
export const MOODS = ['well', 'failing', 'busy', 'unreachable', 'swallowing'] as const;
export type Mood = (typeof MOODS)[number];

/** The app whose refresh tokens serve once, and one whose refresh token stays. */
export const SLUGS = ['zoom', 'google-calendar'] as const;
export type Slug = (typeof SLUGS)[number];
export const ROTATES: Readonly<Record<Slug, boolean>> = { zoom: true, 'google-calendar': false };

export const LIFETIME_MS = 3_600_000;

/** What a user has granted, as the provider knows it: the truth. */
export interface ProviderGrant {
  readonly slug: Slug;
  /** Grows with each grant. */
  readonly number: number;
  alive: boolean;
  /** The one that serves. */
  refreshToken: string;
  /** Whether a refresh of it was answered with invalid_grant. */
  refused: boolean;
  /** Whether an answer with its refresh token was dropped. */
  swallowed: boolean;
}

/** An access token that was issued. */
export interface Issued {
  readonly grant: ProviderGrant;
  /** Grows with each token. */
  readonly order: number;
  /** Epoch milliseconds, by the provider's clock. */
  readonly expiresAt: number;
}

export interface TruthfulProvider {
  readonly providers: ProviderOverrides;
  mood: Mood;
  /** Before its answers, when they are made. */
  readonly gate: Gate;
  /** By access token. */
  readonly issued: ReadonlyMap<string, Issued>;
  /** Every secret that it made. */
  readonly secrets: ReadonlySet<string>;
  /** The grant that a token is of. @throws Error when it is none of ours */
  of(accessToken: string): Issued;
  /** The number of an app's newest grant. */
  newest(slug: Slug): number;
  /** A user consents. @returns the code that the browser carries back */
  consent(slug: Slug): string;
  /** A user consents elsewhere. @returns what the token endpoint would have answered */
  grant(slug: Slug): Record<string, unknown>;
}

/** Whether a token is of a later grant than another, or the same or a later one of its grant. */
export function isNotOlder(one: Issued, other: Issued): boolean {
  return one.grant === other.grant ? one.order >= other.order : one.grant.number > other.grant.number;
}

/** A provider whose state a test can look into; a refresh token that comes twice ends its grant. */
export async function truthfulProvider(now: () => number): Promise<TruthfulProvider> {
  const issued = new Map<string, Issued>();
  const secrets = new Set<string>();
  const codes = new Map<string, Slug>();
  let grants = 0;
  const byRefreshToken = new Map<string, ProviderGrant>();

  function secret(): string {
    const made = randomBytes(24).toString('base64url');
    secrets.add(made);
    return made;
  }
  function refreshTokenFor(grant: ProviderGrant): void {
    grant.refreshToken = secret();
    byRefreshToken.set(grant.refreshToken, grant);
  }
  function accessTokenFor(grant: ProviderGrant): Record<string, unknown> {
    const accessToken = secret();
    issued.set(accessToken, { grant, order: issued.size + 1, expiresAt: now() + LIFETIME_MS });
    return { access_token: accessToken, token_type: 'Bearer', expires_in: LIFETIME_MS / 1000 };
  }
  function begin(slug: Slug): Record<string, unknown> {
    const number = ++grants;
    const grant = { slug, number, alive: true, refreshToken: '', refused: false, swallowed: false };
    refreshTokenFor(grant);
    return { ...accessTokenFor(grant), refresh_token: grant.refreshToken };
  }

  function refresh(presented: string): Scripted {
    const grant = byRefreshToken.get(presented);
    if (grant?.alive && grant.refreshToken === presented) {
      if (!ROTATES[grant.slug]) return { body: accessTokenFor(grant) };
      refreshTokenFor(grant);
      grant.swallowed = provider.mood === 'swallowing';
      return { body: { ...accessTokenFor(grant), refresh_token: grant.refreshToken } };
    }
    if (grant !== undefined) {
      grant.alive = false;
      grant.refused = true;
    }
    return { status: 400, body: { error: 'invalid_grant' } };
  }
  function exchange(code: string): Scripted {
    const slug = codes.get(code);
    codes.delete(code);
    return slug === undefined ? { status: 400, body: { error: 'invalid_grant' } } : { body: begin(slug) };
  }
  async function answer(request: Received): Promise<Scripted> {
    const made = make(request);
    await provider.gate.pass();
    return made;
  }
  function make({ body }: Received): Scripted {
    const form = new URLSearchParams(body);
    if (provider.mood === 'failing') return { status: 500 };
    if (provider.mood === 'busy') return { status: 429, headers: { 'retry-after': '30' } };
    if (provider.mood === 'unreachable') return { drop: true };
    const code = form.get('code');
    const answered = code === null ? refresh(form.get('refresh_token') ?? '') : exchange(code);
    return provider.mood === 'swallowing' ? { drop: true } : answered;
  }

  const { url } = await scriptedServer(answer);
  const at = { authorizationEndpoint: `${url}/authorize`, tokenEndpoint: `${url}/token` };
  const provider: TruthfulProvider = {
    providers: Object.fromEntries(SLUGS.map(slug => [slug, at])),
    mood: 'well',
    gate: createGate(),
    issued,
    secrets,
    of(accessToken) {
      const found = issued.get(accessToken);
      if (found === undefined) throw new Error('a token that the provider never issued');
      return found;
    },
    newest(slug) {
      const numbers = [...byRefreshToken.values()].map(grant => (grant.slug === slug ? grant.number : 0));
      return Math.max(0, ...numbers);
    },
    consent(slug) {
      const code = secret();
      codes.set(code, slug);
      return code;
    },
    grant: begin,
  };
  return provider;
}
