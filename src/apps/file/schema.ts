import { z } from 'zod';

const NAME = /^[A-Za-z_][A-Za-z0-9_-]*$/;

const text = z.string().min(1);
const name = z.string().regex(NAME, 'must be a name: letters, digits, _ and -');
const slug = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,99}$/, 'must be lower-case letters, digits, _ and -, at most 100');

/** `https`, or `http` on loopback; a placeholder may stand for the beginning. */
const endpoint = z
  .string()
  .regex(
    /^(https:\/\/[^\s/]|http:\/\/(localhost|127\.0\.0\.1|\[::1\])([:/]|$)|\{[\w-]+\}(\/|$))\S*$/,
    'must be an https address, or http on loopback',
  );

const unknown = z.literal('unknown');
const milliseconds = z.int().positive();

const overrideSchema = z
  .strictObject({
    authorizationEndpoint: endpoint,
    tokenEndpoint: endpoint,
    refreshEndpoint: endpoint,
    appTokenEndpoint: endpoint,
    revocationEndpoint: endpoint.nullable(),
    lookupEndpoint: endpoint,
    apiBase: endpoint,
  })
  .partial()
  .describe('Addresses in the place of those of an app that Keyferry knows.');

const parameters = z.record(text, z.string());

const oauthSchema = z.strictObject({
  authorizationEndpoint: endpoint.describe('{name} stands for one of the keys.'),
  tokenEndpoint: endpoint,
  refreshEndpoint: endpoint.optional().describe('Where it is not the token endpoint.'),
  revocationEndpoint: endpoint.nullable().optional().describe('RFC 7009; null: there is none.'),
  revoke: z.enum(['refresh_token', 'access_token']).optional(),
  clientAuthentication: z.enum(['body', 'basic', 'query', 'secret_bearer']).optional(),
  requestFormat: z.enum(['form', 'json', 'query']).optional(),
  refreshFormat: z.enum(['form', 'json', 'query']).optional(),
  scopes: z.array(text).optional(),
  scopeSeparator: z.string().min(1).optional(),
  authorizeParameters: parameters.optional(),
  tokenParameters: z.strictObject({ exchange: parameters, refresh: parameters }).optional(),
  grantType: z.boolean().optional(),
  pkce: z.boolean().default(true),
  envelope: name.optional().describe('The member of the answer that holds the tokens.'),
  expiry: z
    .strictObject({
      member: name.nullable(),
      unit: z.enum(['s_from_now', 'epoch_s', 'epoch_ms', 'none', 'unknown']),
      defaultSeconds: z.int().positive().optional(),
    })
    .optional(),
  refreshable: z.boolean().optional(),
  rotation: z
    .strictObject({
      rotates: z.union([z.boolean(), unknown]),
      graceMs: z.union([milliseconds, z.null(), unknown]),
    })
    .optional(),
  idleLifetimeMs: z.union([milliseconds, z.null(), unknown]).optional(),
  grantLifetimeMs: z.union([milliseconds, z.null()]).optional(),
  refreshLimit: z
    .union([z.strictObject({ count: z.int().positive(), perMs: milliseconds }), z.null(), unknown])
    .optional(),
  errors: z
    .strictObject({
      grantDead: z.array(text),
      clientWrong: z.array(text),
      pause: z.array(text),
      policy: z.array(text),
    })
    .partial()
    .optional(),
  travels: z.array(name).optional().describe('Members of the token answer that must travel.'),
  notes: z.array(text).optional(),
  apiBase: endpoint.optional(),
});

const fieldSchema = z.strictObject({
  name,
  label: text,
  input: z.enum(['text', 'password', 'url', 'email', 'checkbox', 'select', 'lines']),
  options: z.record(text, text).optional().describe('Of a select, by value.'),
  required: z.boolean().default(true),
  initial: text.optional().describe('What is chosen or filled in before the user does anything.'),
  hint: text.optional(),
});

/** The members that a protocol reads, and of them the one that is an address; without it, `apiBase` is asked. */
const TRIED_BY = {
  caldav: { members: ['username', 'password'], address: 'url' },
  ics: { members: ['urls'], address: 'urls' },
  paypal: { members: ['client_id', 'secret_key'], address: null },
} as const;

const formSchema = z
  .strictObject({
    kind: z.enum(['basic', 'api_key', 'oauth2_client_credentials', 'url_list', 'external_user_id']),
    fields: z.array(fieldSchema).min(1),
    nesting: z.enum(['plain', 'string', 'encrypted_member']).default('plain'),
    verify: z.enum(['caldav', 'ics', 'paypal']).nullable().default(null),
    apiBase: endpoint.optional().describe('Where it is tried when the user does not enter an address.'),
  })
  .superRefine(({ fields, verify, apiBase }, { addIssue }) => {
    if (verify === null) return;
    const { members, address } = TRIED_BY[verify];
    const names = fields.map(field => field.name);
    for (const member of members.filter(one => !names.includes(one))) {
      addIssue({ code: 'custom', path: ['verify'], message: `${verify} needs a field named ${member}` });
    }
    if (apiBase === undefined && (address === null || !names.includes(address))) {
      const wanted = address === null ? 'apiBase' : `apiBase or a field named ${address}`;
      addIssue({ code: 'custom', path: ['verify'], message: `${verify} needs ${wanted}` });
    }
  });

const appSchema = z.strictObject({
  slug,
  name: text,
  dirName: slug.optional().describe('Default: the slug.'),
  type: slug.optional().describe('What is stored in "Credential".type. Default: slug_variant.'),
  variant: text.optional().describe('Default: the first category.'),
  categories: z
    .array(
      z.enum([
        'analytics',
        'automation',
        'calendar',
        'conferencing',
        'crm',
        'messaging',
        'other',
        'payment',
        'video',
      ]),
    )
    .min(1),
  description: z.string().default(''),
  keys: z
    .record(name, z.strictObject({ secret: z.boolean().default(true), required: z.boolean().default(true) }))
    .optional()
    .describe('What the operator enters; with oauth, client_id and client_secret are there already.'),
  oauth: oauthSchema.optional(),
  form: formSchema.optional(),
});

/** The file that KEYFERRY_APPS_FILE names. */
export const appsFileSchema = z.strictObject({
  $schema: z.string().optional(),
  apps: z.array(appSchema).default([]).describe('Apps that Keyferry does not know.'),
  providers: z.record(slug, overrideSchema).default({}).describe('By slug.'),
});

export type FileApp = z.infer<typeof appSchema>;
export type FileField = z.infer<typeof fieldSchema>;
