import { z } from 'zod';

/** What Cal.com v6 makes of a key or an answer: a token, and when it takes it for ended; null: never. */
export interface Reading {
  readonly accessToken: string;
  /** Epoch milliseconds. */
  readonly ends: number | null;
}

/** How Cal.com's code for one app reads the key that is stored, and an answer of the sync endpoint. */
export interface CalcomApp {
  readonly refreshed: 'works' | 'broken' | 'not_asked' | 'never_expires';
  /** @throws where its code would not get a working token out of it */
  readonly readKey: (key: unknown, now: number) => Reading;
  /** Null where it never asks, or can read no answer. @returns the key that it stores then */
  readonly readReply: ((reply: unknown, key: unknown, now: number) => unknown) | null;
}

const YEAR_MS = 365 * 86_400_000;

/** A null and a number in a text are refused; other members are kept. */
const universal = z.looseObject({
  access_token: z.string().min(1),
  token_type: z.string().optional(),
  refresh_token: z.string().optional(),
  scope: z.string().optional(),
  expiry_date: z.number().optional(),
  expires_in: z.number().optional(),
});

/** A stored key without `expiry_date` counts as ended; a relative `expires_in` does not help. */
function readByOAuthManager(key: unknown): Reading {
  const { access_token, expiry_date } = universal.parse(key);
  return { accessToken: access_token, ends: expiry_date || 0 };
}

/** Both missing, or 0: a year. `expiry_date` wins. What was stored stays under what came. */
function replyToOAuthManager(reply: unknown, key: unknown, now: number): unknown {
  const { expires_in, ...answer } = universal.parse(reply);
  const ends = answer.expiry_date || now + (expires_in ? expires_in * 1000 : YEAR_MS);
  return { ...z.looseObject({}).parse(key), ...answer, expiry_date: ends };
}

const webexToken = z.object({
  scope: z.literal('spark:kms meeting:schedules_read meeting:schedules_write'),
  token_type: z.literal('Bearer'),
  access_token: z.string().min(1),
  refresh_token: z.string(),
  refresh_token_expires_in: z.number(),
});
const webexKey = webexToken.extend({ expiry_date: z.number() });
const webexReply = webexToken.extend({ expires_in: z.number().positive() });

const larkKey = z.object({
  access_token: z.string().min(1),
  refresh_token: z.string().min(1),
  expiry_date: z.number(),
  refresh_expires_date: z.number(),
});
const larkReply = z.object({
  code: z.literal(0),
  data: z.object({
    access_token: z.string().min(1),
    refresh_token: z.string().min(1),
    expires_in: z.number().positive(),
    refresh_expires_in: z.number().positive(),
  }),
});

const lark: CalcomApp = {
  refreshed: 'works',
  readKey(key, now) {
    const { access_token, expiry_date, refresh_expires_date } = larkKey.parse(key);
    if (refresh_expires_date * 1000 <= now) throw new Error('the row is deleted');
    return { accessToken: access_token, ends: expiry_date * 1000 };
  },
  readReply(reply, _key, now) {
    const { expires_in, refresh_expires_in, ...tokens } = larkReply.parse(reply).data;
    const seconds = now / 1000;
    return {
      ...tokens,
      expiry_date: Math.round(seconds + expires_in),
      refresh_expires_date: Math.round(seconds + refresh_expires_in),
    };
  },
};

const hubspotKey = z.looseObject({
  accessToken: z.string().min(1),
  tokenType: z.string(),
  expiryDate: z.number(),
  // Until the end of 2025 the test of the end took it for a time, so every call refreshed.
  expiresIn: z.never().optional(),
});

const zohoKey = z.object({
  access_token: z.string().min(1),
  api_domain: z.url(),
  accountServer: z.url(),
  expiryDate: z.number(),
});

const zoho: CalcomApp = {
  refreshed: 'broken',
  readKey(key) {
    const { access_token, expiryDate } = zohoKey.parse(key);
    return { accessToken: access_token, ends: expiryDate };
  },
  readReply: null,
};

const oauthManager: CalcomApp = {
  refreshed: 'works',
  readKey: readByOAuthManager,
  readReply: replyToOAuthManager,
};

/** An app whose key has these members, and an end under this name or none. */
function plain(
  refreshed: CalcomApp['refreshed'],
  members: z.ZodRawShape,
  ends: (key: Record<string, unknown>) => number | null = () => null,
): CalcomApp {
  const schema = z.looseObject({ access_token: z.string().min(1), ...members });
  return {
    refreshed,
    readKey(key) {
      const read = schema.parse(key) as Record<string, unknown> & { access_token: string };
      return { accessToken: read.access_token, ends: ends(read) };
    },
    readReply: null,
  };
}

/** Each app of Cal.com v6 that is connected by OAuth. */
export const CALCOM_APPS: Readonly<Record<string, CalcomApp>> = {
  'google-calendar': oauthManager,
  'office365-calendar': oauthManager,
  msteams: oauthManager,
  zoom: oauthManager,
  nextcloudtalk: oauthManager,
  lyra: oauthManager,
  'pipedrive-crm': {
    ...oauthManager,
    readKey: key => readByOAuthManager(z.looseObject({ api_domain: z.url() }).parse(key)),
  },
  webex: {
    refreshed: 'works',
    readKey(key) {
      const { access_token, expiry_date } = webexKey.parse(key);
      return { accessToken: access_token, ends: expiry_date };
    },
    readReply(reply, _key, now) {
      const { expires_in, ...token } = webexReply.parse(reply);
      return { ...token, expiry_date: Math.round(now + expires_in * 1000) };
    },
  },
  'lark-calendar': lark,
  'feishu-calendar': lark,
  hubspot: {
    refreshed: 'broken',
    readKey(key) {
      const { accessToken, expiryDate } = hubspotKey.parse(key);
      return { accessToken, ends: expiryDate };
    },
    readReply: null,
  },
  // Without an end it never refreshes; with one it writes a Response over the key.
  dub: plain('broken', { expiry_date: z.never().optional() }),
  zohocrm: zoho,
  'zoho-bigin': zoho,
  salesforce: plain(
    'not_asked',
    {
      refresh_token: z.string().min(1),
      instance_url: z.url(),
      issued_at: z.string(),
      token_lifetime: z.number(),
    },
    ({ issued_at, token_lifetime }) => Number(issued_at) + Number(token_lifetime) * 1000,
  ),
  zohocalendar: plain(
    'not_asked',
    { server_location: z.string().min(1), expires_in: z.number() },
    ({ expires_in }) => Number(expires_in) * 1000,
  ),
  basecamp3: plain(
    'not_asked',
    { account: z.looseObject({ id: z.number() }), expires_at: z.number() },
    ({ expires_at }) => Number(expires_at),
  ),
  // Without an end it never refreshes; with one it refreshes with keys from its environment.
  closecom: plain('not_asked', { expires_at: z.never().optional() }),
  tandem: plain('not_asked', { expiry_date: z.number() }, ({ expiry_date }) => Number(expiry_date)),
  intercom: {
    refreshed: 'never_expires',
    readKey(key) {
      // The canvas looks for the admin's id in the text of the row.
      const read = z.object({ access_token: z.string().min(1), admin_id: z.string() });
      return { accessToken: read.parse(JSON.parse(z.string().parse(key))).access_token, ends: null };
    },
    readReply: null,
  },
  jelly: plain('never_expires', {}),
  stripe: plain('never_expires', {
    stripe_user_id: z.string(),
    stripe_publishable_key: z.string(),
    default_currency: z.string(),
  }),
};
