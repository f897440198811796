import { z } from 'zod';
import { tokenCredentialSchema } from '../protocol/index.ts';
import type { AppDefinition, CalcomReader, FormField, OAuthDefinition } from './definition.ts';

export const DAY_MS = 86_400_000;
export const MINUTE_MS = 60_000;

/** A text that must be there. */
export const text = z.string().min(1);

/** A checkbox: browsers send words for it, or nothing. */
export const flag = z
  .preprocess(
    value => ({ on: true, true: true, false: false, '': false })[String(value)] ?? value,
    z.boolean(),
  )
  .default(false);

/** Where an operator has nothing to enter. */
export const NO_KEYS = z.object({});

/** Keys of most OAuth apps. */
export const CLIENT_KEYS = z.object({ client_id: text, client_secret: text });

/**
 * Google's own error codes.
 * Sources: developers.google.com/identity/protocols/oauth2/web-server, "Authorization errors";
 * support.google.com/accounts/answer/16668185.
 */
export const GOOGLE_ERRORS = {
  grantDead: [],
  clientWrong: ['deleted_client', 'disabled_client'],
  pause: [],
  policy: ['access_not_configured', 'admin_policy_enforced', 'org_internal'],
} as const satisfies OAuthDefinition['errors'];

/** Google's apps. A single redirect address is taken too, as Cal.com takes it. */
export const GOOGLE_KEYS = CLIENT_KEYS.extend({
  redirect_uris: z
    .preprocess(value => (typeof value === 'string' ? [value] : value), z.array(z.url()))
    .optional(),
});

/** Tokens, and members of the token answer without which no request can be made. */
export function tokensWith(...members: readonly string[]): z.ZodType {
  if (members.length === 0) return tokenCredentialSchema;
  return tokenCredentialSchema.extend(Object.fromEntries(members.map(name => [name, text])));
}

/** What RFC 6749 says of a confidential client, and `unknown` for all that it leaves open. */
export const STANDARD = {
  revocationEndpoint: 'unknown',
  revoke: 'refresh_token',
  clientAuthentication: 'body',
  requestFormat: 'form',
  clientId: 'client_id',
  clientSecret: 'client_secret',
  scopes: [],
  scopeSeparator: ' ',
  authorizeParameters: {},
  pkce: false,
  expiry: { member: 'expires_in', unit: 's_from_now' },
  refreshable: true,
  rotation: { rotates: 'unknown', graceMs: 'unknown' },
  idleLifetimeMs: 'unknown',
  refreshLimit: 'unknown',
  errors: { grantDead: [], clientWrong: [], pause: [], policy: [] },
  callbackMembers: [],
  travels: [],
  notes: [],
} as const satisfies Omit<OAuthDefinition, 'authorizationEndpoint' | 'tokenEndpoint'>;

/** Tokens that hold until they are revoked: there is nothing to refresh, rotate or limit. */
export const NEVER_EXPIRES = {
  revoke: 'access_token',
  expiry: { member: null, unit: 'none' },
  refreshable: false,
  rotation: { rotates: false, graceMs: null },
  idleLifetimeMs: null,
  refreshLimit: null,
} as const satisfies Partial<OAuthDefinition>;

/** The apps on Cal.com's OAuthManager: they ask the platform, and read a flat reply. */
export const OAUTH_MANAGER = {
  refreshReply: 'flat',
  pushExpiry: 'expiry_date_ms',
  refreshed: 'works',
  remark: '',
  needs: [],
} as const satisfies CalcomReader;

/** Apps of which Cal.com refreshes nothing: what is pushed is used as it is. */
export const USED_AS_PUSHED = {
  refreshReply: 'none',
  pushExpiry: 'none',
  refreshed: 'never_expires',
  remark: '',
  needs: [],
} as const satisfies CalcomReader;

export const USERNAME_FIELD = {
  name: 'username',
  label: 'User name',
  input: 'text',
  required: true,
} as const satisfies FormField;

export const PASSWORD_FIELD = {
  name: 'password',
  label: 'Password',
  input: 'password',
  required: true,
} as const satisfies FormField;

/** A server of the user's own: its address, a name and a password. */
export const OWN_SERVER = z.looseObject({ username: text, password: text, url: z.url() });

/** The fields of `OWN_SERVER`. */
export function ownServerFields(hint: string): readonly FormField[] {
  return [
    { name: 'url', label: 'Address', input: 'url', required: true, hint },
    USERNAME_FIELD,
    PASSWORD_FIELD,
  ];
}

/** A row of the table of apps without a user's credential; names default to what most have. */
export interface PlainApp extends Pick<AppDefinition, 'slug' | 'name' | 'type' | 'description'> {
  /** Default: the slug. */
  readonly dirName?: string;
  /** Default: the category. */
  readonly variant?: string;
  /** Default: `none`. */
  readonly kind?: 'none' | 'admin_api_key' | 'calcom_api_key';
  readonly keys?: z.ZodObject;
  readonly publicKeys?: readonly string[];
  readonly keysAt?: string;
}

/** Rows of one category as records. */
export function plainApps(
  category: AppDefinition['categories'][0],
  rows: readonly PlainApp[],
): readonly AppDefinition[] {
  return rows.map(({ kind = 'none', ...row }) => ({
    dirName: row.slug,
    variant: category,
    keys: NO_KEYS,
    publicKeys: [],
    ...row,
    categories: [category],
    credential: { kind },
  }));
}
