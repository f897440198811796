import type { AppDefinition } from './definition.ts';
import { CLIENT_KEYS, STANDARD, tokensWith } from './shared.ts';

export const closecom = {
  slug: 'closecom',
  dirName: 'closecom',
  name: 'Close.com',
  type: 'closecom_crm',
  variant: 'crm',
  categories: ['crm'],
  description: 'Logs bookings as custom activities in Close CRM.',
  keys: CLIENT_KEYS,
  publicKeys: ['client_id'],
  credential: {
    kind: 'oauth2',
    schema: tokensWith(),
    oauth: {
      ...STANDARD,
      // The slashes at the end matter.
      authorizationEndpoint: 'https://app.close.com/oauth2/authorize/',
      tokenEndpoint: 'https://api.close.com/oauth2/token/',
      revocationEndpoint: 'https://api.close.com/oauth2/revoke/',
      // Without a scope parameter Close grants all.full_access and offline_access.
      pkce: true,
      // developer.close.com/api/overview/oauth-authentication: the old one is revoked.
      rotation: { rotates: true, graceMs: 'unknown' },
      travels: ['organization_id', 'user_id'],
      notes: ['A refresh token serves once: whoever refreshes with an old copy ends the connection.'],
    },
    apiBase: 'https://api.close.com',
    calcom: {
      refreshReply: 'none',
      // Without one it is never refreshed by Cal.com.
      pushExpiry: 'none',
      refreshed: 'not_asked',
      remark:
        'Cal.com refreshes with Close itself, with keys of its environment; without an expiry it uses what is pushed. Push before each expiry.',
      needs: [],
    },
  },
} as const satisfies AppDefinition;
