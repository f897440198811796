import type { z } from 'zod';

export type Category =
  | 'analytics'
  | 'automation'
  | 'calendar'
  | 'conferencing'
  | 'crm'
  | 'messaging'
  | 'other'
  | 'payment';

/** An app of the store. Whatever is odd about one stands in its own record; nothing else asks which app it has. */
export interface AppDefinition {
  /** The name on both wires, and the key of the "App" row. */
  readonly slug: string;
  /** Cal.com's folder name; unlike the slug for a fifth of the apps. */
  readonly dirName: string;
  readonly name: string;
  /** What Cal.com stores in "Credential".type. */
  readonly type: string;
  readonly variant: string;
  readonly categories: readonly [Category, ...Category[]];
  readonly description: string;
  /** What the operator enters on settings/admin/apps. */
  readonly keys: z.ZodObject;
  /** Members of `keys` that are no secret and may be shown. */
  readonly publicKeys: readonly string[];
  readonly oauth: OAuthDefinition;
  /** The base of the provider's API; what the sandbox overrides. */
  readonly apiBase: string;
}

/** What a client and a refresher must know of a provider. `unknown` where nobody has said. */
export interface OAuthDefinition {
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
  /** RFC 7009, or null where there is none. */
  readonly revocationEndpoint: string | null;
  /** Which token the revocation endpoint wants, to end the whole grant. */
  readonly revoke: 'refresh_token' | 'access_token';
  readonly clientAuthentication: 'body' | 'basic';
  readonly scopes: readonly string[];
  readonly scopeSeparator: string;
  /** Further parameters of the authorization request. */
  readonly authorizeParameters: Readonly<Record<string, string>>;
  readonly pkce: boolean;
  /** Whether a refresh ends the refresh token that was used. */
  readonly rotates: boolean | 'unknown';
}

/** Addresses that take the place of a record's own: an emulator, a regional host. */
export interface ProviderOverride {
  readonly authorizationEndpoint?: string;
  readonly tokenEndpoint?: string;
  readonly revocationEndpoint?: string | null;
  readonly apiBase?: string;
}

/** Overrides by app slug. */
export type ProviderOverrides = Readonly<Record<string, ProviderOverride>>;
