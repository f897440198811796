import { z } from 'zod';
import type { AppDefinition } from './definition.ts';
import { STANDARD, text, tokensWith } from './shared.ts';

/** Where an org signs its users in (help.salesforce.com, My Domain): the client secret goes there. */
function isSalesforce(host: string): boolean {
  return ['salesforce.com', 'force.com', 'salesforce.mil', 'sfcrmproducts.cn'].some(domain =>
    host.endsWith(`.${domain}`),
  );
}

export const salesforce = {
  slug: 'salesforce',
  dirName: 'salesforce',
  name: 'Salesforce',
  type: 'salesforce_crm',
  variant: 'crm',
  categories: ['crm'],
  description: 'Writes attendees and events into Salesforce.',
  keys: z.object({
    consumer_key: text,
    consumer_secret: text,
    // Ours: test.salesforce.com for sandboxes, or the host of a My Domain.
    login_host: z
      .string()
      .regex(/^[a-z0-9.-]+$/)
      .refine(
        isSalesforce,
        'must be a host of Salesforce, such as login.salesforce.com or acme.my.salesforce.com',
      )
      .default('login.salesforce.com'),
  }),
  publicKeys: ['consumer_key', 'login_host'],
  keysAt: 'https://login.salesforce.com/',
  credential: {
    kind: 'oauth2',
    schema: tokensWith('instance_url'),
    oauth: {
      ...STANDARD,
      authorizationEndpoint: 'https://{login_host}/services/oauth2/authorize',
      tokenEndpoint: 'https://{login_host}/services/oauth2/token',
      revocationEndpoint: 'https://{login_host}/services/oauth2/revoke',
      clientId: 'consumer_key',
      clientSecret: 'consumer_secret',
      scopes: ['refresh_token', 'full'],
      pkce: true,
      // The answer never tells: an org's session timeout rules. Two hours is its default.
      expiry: { member: null, unit: 'unknown', defaultSeconds: 7200 },
      travels: ['instance_url', 'id', 'signature'],
      notes: [
        "Whether refresh tokens rotate, and when an idle one dies, is set in the org's connected app.",
        'With rotation on, a refresh token serves once, and a second use ends the grant.',
        'The answer tells no expiry: the session timeout of the org is not known here.',
      ],
    },
    apiBase: null,
    calcom: {
      refreshReply: 'none',
      pushExpiry: 'issued_at_token_lifetime',
      refreshed: 'not_asked',
      remark:
        "With sync on, Cal.com holds Salesforce's own answer to a schema that it never meets, so its refresh fails; push before each expiry. 6.0 reads no expiry and refreshes at each use: there nothing helps.",
      needs: ['instance_url', 'refresh_token', 'issued_at', 'token_lifetime'],
    },
  },
} as const satisfies AppDefinition;
