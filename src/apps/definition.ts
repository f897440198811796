import type { z } from 'zod';

export type Category =
  | 'analytics'
  | 'automation'
  | 'calendar'
  | 'conferencing'
  | 'crm'
  | 'messaging'
  | 'other'
  | 'payment'
  | 'video';

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
  /** What the operator enters on settings/admin/apps; without members where there is nothing to enter. */
  readonly keys: z.ZodObject;
  /** Members of `keys` that are no secret and may be shown. */
  readonly publicKeys: readonly string[];
  /** Where the provider gives the keys; absent where that is not known, or a server of the operator's own. */
  readonly keysAt?: string;
  readonly credential: CredentialDefinition;
}

/** How a user's credential for an app comes about, what it holds and how it travels. */
export type CredentialDefinition = NoCredential | OAuthCredential | FormCredential;

/** Nothing of a user travels: there is no credential, or the operator's key serves all, or Cal.com's own API key does. */
export interface NoCredential {
  readonly kind: 'none' | 'admin_api_key' | 'calcom_api_key';
}

/** A grant of the OAuth 2 code flow. */
export interface OAuthCredential {
  readonly kind: 'oauth2';
  /** What a push carries; unknown members are kept. */
  readonly schema: z.ZodType;
  readonly oauth: OAuthDefinition;
  /** The base of the provider's API; what the sandbox overrides. Null where it comes with the token. */
  readonly apiBase: string | null;
  readonly calcom: CalcomReader;
}

/** What a user enters, or a page of the provider hands over: no OAuth code flow, no refresh. */
export interface FormCredential {
  readonly kind:
    | 'basic'
    | 'api_key'
    | 'oauth2_client_credentials'
    | 'url_list'
    | 'external_user_id'
    | 'oauth2_setup_only'
    | 'identity_token';
  /** What the user enters, what the vault holds and what a push carries. */
  readonly schema: z.ZodObject;
  readonly fields: readonly FormField[];
  /**
   * How Cal.com keeps it: `plain` is the object itself; `string` a text sealed with the instance's
   * CALENDSO_ENCRYPTION_KEY; `encrypted_member` an object whose member `encrypted` is such a text.
   */
  readonly nesting: 'plain' | 'string' | 'encrypted_member';
  /** The protocol by which it is tried on connect, or null where no protocol allows that. */
  readonly verify: 'caldav' | 'ics' | 'paypal' | null;
  /** Where it is tried when the user does not enter an address; what the sandbox overrides. */
  readonly apiBase?: string;
  readonly calcom: CalcomReader;
}

/** A field of the form that a user fills in. */
export interface FormField {
  /** The member of the schema; `prod.apiKey` names a member of a member. */
  readonly name: string;
  readonly label: string;
  readonly input: 'text' | 'password' | 'url' | 'email' | 'checkbox' | 'select' | 'lines';
  /** Of a select, by value. */
  readonly options?: Readonly<Record<string, string>>;
  readonly required: boolean;
  /** What is chosen or filled in before the user does anything. */
  readonly initial?: string;
  /** One sentence for the user, where the label does not say it all. */
  readonly hint?: string;
}

/** What a client and a refresher must know of a provider. `unknown` where nobody has said: nothing is guessed. */
export interface OAuthDefinition {
  /**
   * `{name}` in an endpoint stands for a member of the app keys, else for one of the callback or of the token
   * answer (`accounts-server`), and then only with a value that `allowed` lists. The authorization endpoint
   * has the app keys alone.
   */
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
  /** Where it is another one than the token endpoint. */
  readonly refreshEndpoint?: string;
  /**
   * By member of the callback or of the token answer, the only values that are taken: whoever holds the
   * browser writes the callback, and the client secret goes to where it points. The first stands in where
   * there is none.
   */
  readonly allowed?: Readonly<Record<string, readonly [string, ...string[]]>>;
  /** RFC 7009, or null where there is none; `unknown` where nobody has said. */
  readonly revocationEndpoint: string | null | 'unknown';
  /** Which token the revocation endpoint wants, to end the whole grant. */
  readonly revoke: 'refresh_token' | 'access_token';
  /** RFC 6749 section 2.3.1; `query`: in the address; `app_token`: a bearer token of the app (see `appToken`); `secret_bearer`: the client secret as bearer. */
  readonly clientAuthentication: 'body' | 'basic' | 'query' | 'app_token' | 'secret_bearer';
  /** How an `app_token` is got: Lark's and Feishu's first step. */
  readonly appToken?: {
    readonly endpoint: string;
    /** The members of the JSON body, by app key. */
    readonly body: Readonly<Record<string, string>>;
    /** The member of the answer that is the token. */
    readonly member: string;
  };
  readonly requestFormat: 'form' | 'json' | 'query';
  /** Of the refresh, where it is another one. */
  readonly refreshFormat?: 'form' | 'json' | 'query';
  /** Names of the app keys that are the client's. */
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scopes: readonly string[];
  readonly scopeSeparator: string;
  /** Further parameters of the authorization request; `{name}` stands for a member of `publicKeys`. */
  readonly authorizeParameters: Readonly<Record<string, string>>;
  /**
   * In the place of `grant_type`, or beside it: Basecamp's `type`. `{redirect_uri}`, `{refresh_token}` and
   * `{name}` of an app key are filled in.
   */
  readonly tokenParameters?: Readonly<Record<'exchange' | 'refresh', Readonly<Record<string, string>>>>;
  /** Further headers of token requests and of the look-up; `{name}` stands for an app key. */
  readonly tokenHeaders?: Readonly<Record<string, string>>;
  /** Whether `grant_type` is sent. Default true. */
  readonly grantType?: boolean;
  readonly pkce: boolean;
  /** The member that holds the tokens of an answer that wraps them: Lark's and Feishu's `data`. */
  readonly envelope?: string;
  /** How the answer gives the expiry. `none`: it never expires. */
  readonly expiry: {
    readonly member: string | null;
    readonly unit: 's_from_now' | 'epoch_s' | 'epoch_ms' | 'none' | 'unknown';
    /** For providers that never say: seconds from the answer. */
    readonly defaultSeconds?: number;
  };
  /** Whether a refresh is possible at all. */
  readonly refreshable: boolean;
  readonly rotation: {
    /** Whether a refresh ends the refresh token that was used. */
    readonly rotates: boolean | 'unknown';
    /**
     * For how long the used one is still taken, in milliseconds; null: not at all. An answer that was lost on
     * its way is asked for again within it.
     */
    readonly graceMs: number | null | 'unknown';
  };
  /** After how long without use a refresh token dies, in milliseconds; null: never. */
  readonly idleLifetimeMs: number | null | 'unknown';
  /** How long a grant lives however it is used, in milliseconds; left out where nothing is known of an end. */
  readonly grantLifetimeMs?: number | null;
  /** What it means where the token answer states an end of the grant, and what to do: for the operator. */
  readonly statedEnd?: string;
  /** How often one grant may be refreshed. */
  readonly refreshLimit: { readonly count: number; readonly perMs: number } | null | 'unknown';
  /** Error codes of the token endpoint, by what they mean; beside those of RFC 6749. */
  readonly errors: {
    readonly grantDead: readonly string[];
    readonly clientWrong: readonly string[];
    readonly pause: readonly string[];
    /** The user's organisation forbids it: its administrator must act, the user alone cannot mend it. */
    readonly policy: readonly string[];
  };
  /** Parameters of the callback that must be kept with the grant: Zoho's `accounts-server`, `location`. */
  readonly callbackMembers: readonly string[];
  /** Members of the token answer that must travel: api_domain, instance_url, account ids. */
  readonly travels: readonly string[];
  /** What the provider is asked once, after the exchange, for members that its token answer leaves out. */
  readonly lookup?: LookUp;
  /** Facts for the operator, one sentence each: what will die and why. */
  readonly notes: readonly string[];
}

/** A request for facts about the account that was connected; without its answer nothing is connected. */
export interface LookUp {
  /** Asked with GET. In its path `{name}` stands for an app key, or for a member of the token answer. */
  readonly url: string;
  /** The bearer token: the user's access token, or the client secret. */
  readonly authentication: 'token' | 'client_secret';
  /** The members that `read` gives; they are kept with the grant, and travel. */
  readonly members: readonly [string, ...string[]];
  /**
   * Reads the parsed answer.
   * @throws z.ZodError where it lacks what is needed
   */
  readonly read: (answer: unknown) => Readonly<Record<string, unknown>>;
}

/** How Cal.com's own code reads a push and a refresh answer of this app, and how far it gets. @see docs/compatibility.md */
export interface CalcomReader {
  /** `flat`: OAuthManager's reply. `full`: Webex's. `envelope`: `{code: 0, data}`. `none`: it never asks. */
  readonly refreshReply: 'flat' | 'full' | 'envelope' | 'none';
  /** Which expiry a stored key must have. `none`: it has none, or is better off without one. */
  readonly pushExpiry:
    | 'expiry_date_ms'
    | 'expiry_date_s'
    | 'expiryDate_ms'
    | 'expires_at_ms'
    | 'expires_in_epoch_s'
    | 'issued_at_token_lifetime'
    | 'none';
  /** Whether Cal.com v6 refreshes it through the platform. */
  readonly refreshed: 'works' | 'broken' | 'not_asked' | 'never_expires';
  /** Why not, and what helps; empty where it works. */
  readonly remark: string;
  /** Members that the reader needs beside the tokens, with what stands in for them. */
  readonly needs: readonly string[];
  /** The exact scope text that the reader insists on. */
  readonly scope?: string;
  /** The reader's own names for members of the key, by ours: HubSpot's `accessToken` for `access_token`. */
  readonly members?: Readonly<Record<string, string>>;
  /** `text`: the key is a JSON text, not an object. */
  readonly stored?: 'text';
}

/** Addresses that take the place of a record's own: an emulator, a regional host. */
export interface ProviderOverride {
  readonly authorizationEndpoint?: string;
  readonly tokenEndpoint?: string;
  readonly refreshEndpoint?: string;
  readonly appTokenEndpoint?: string;
  readonly revocationEndpoint?: string | null;
  readonly lookupEndpoint?: string;
  readonly apiBase?: string;
}

/** Overrides by app slug. */
export type ProviderOverrides = Readonly<Record<string, ProviderOverride>>;
