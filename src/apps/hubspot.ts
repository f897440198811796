import type { AppDefinition } from './definition.ts';
import { CLIENT_KEYS, STANDARD, tokensWith } from './shared.ts';

export const hubspot = {
  slug: 'hubspot',
  dirName: 'hubspot',
  name: 'HubSpot CRM',
  type: 'hubspot_crm',
  variant: 'crm',
  categories: ['crm'],
  description: 'Writes attendees and meetings into HubSpot CRM.',
  keys: CLIENT_KEYS,
  publicKeys: ['client_id'],
  keysAt: 'https://developers.hubspot.com/',
  credential: {
    kind: 'oauth2',
    schema: tokensWith(),
    oauth: {
      ...STANDARD,
      authorizationEndpoint: 'https://app.hubspot.com/oauth/authorize',
      // HubSpot's changelog "v1 OAuth API Deprecation" names these as the successors of v1, which ends on 2027-02-16.
      tokenEndpoint: 'https://api.hubapi.com/oauth/2026-03/token',
      revocationEndpoint: 'https://api.hubapi.com/oauth/2026-03/token/revoke',
      scopes: ['crm.objects.contacts.read', 'crm.objects.contacts.write', 'crm.objects.owners.read'],
      pkce: true,
      errors: { grantDead: ['BAD_REFRESH_TOKEN'], clientWrong: ['BAD_CLIENT_SECRET'], pause: [], policy: [] },
      notes: ['An access token lives 30 minutes.'],
    },
    apiBase: 'https://api.hubapi.com',
    calcom: {
      refreshReply: 'flat',
      pushExpiry: 'expiryDate_ms',
      refreshed: 'broken',
      remark:
        'Cal.com takes the raw HTTP response for the token and writes it over the key; push before each expiry. 6.0 can use no pushed key: with expiresIn it refreshes at each use, without it never hands the token on.',
      needs: [],
      members: {
        access_token: 'accessToken',
        refresh_token: 'refreshToken',
        token_type: 'tokenType',
      },
    },
  },
} as const satisfies AppDefinition;
