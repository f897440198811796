import type { CalcomReader, OAuthDefinition } from './definition.ts';
import { MINUTE_MS, STANDARD } from './shared.ts';

/**
 * What Zoho's apps share: the accounts server of the user's region comes back with the callback, and must
 * be used from then on. Sources: zoho.com/accounts/protocol/oauth/web-apps/access-token-expiry.html,
 * zoho.com/accounts/protocol/oauth/revoke-refresh-token.html, zoho.com/crm/developer/docs/api/v2/token-validity.html.
 */
export const ZOHO = {
  ...STANDARD,
  authorizationEndpoint: 'https://accounts.zoho.com/oauth/v2/auth',
  tokenEndpoint: '{accounts-server}/oauth/v2/token',
  revocationEndpoint: '{accounts-server}/oauth/v2/token/revoke',
  allowed: {
    'accounts-server': [
      'https://accounts.zoho.com',
      'https://accounts.zoho.eu',
      'https://accounts.zoho.in',
      'https://accounts.zoho.com.au',
      'https://accounts.zoho.com.cn',
      'https://accounts.zoho.jp',
      'https://accounts.zohocloud.ca',
      'https://accounts.zoho.sa',
    ],
  },
  scopeSeparator: ',',
  // Without consent a second install may bring no refresh token.
  authorizeParameters: { access_type: 'offline', prompt: 'consent' },
  pkce: true,
  rotation: { rotates: false, graceMs: null },
  idleLifetimeMs: null,
  refreshLimit: { count: 10, perMs: 10 * MINUTE_MS },
  errors: {
    grantDead: ['invalid_code'],
    clientWrong: ['invalid_client_secret'],
    pause: ['Access Denied'],
    policy: [],
  },
  callbackMembers: ['accounts-server', 'location'],
  travels: ['api_domain'],
  notes: [
    'A refresh token gives 10 access tokens in 10 minutes; then it is blocked for the rest of them.',
    'A user keeps 20 refresh tokens for a client; the 21st consent ends the first silently.',
  ],
} as const satisfies OAuthDefinition;

/** How Cal.com reads ZohoCRM and Bigin. */
export const ZOHO_READER = {
  refreshReply: 'flat',
  pushExpiry: 'expiryDate_ms',
  refreshed: 'broken',
  remark: 'Cal.com reads a member that the raw HTTP response does not have; push before each expiry.',
  needs: ['api_domain', 'accountServer'],
  members: { 'accounts-server': 'accountServer' },
} as const satisfies CalcomReader;
