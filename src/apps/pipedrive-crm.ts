import type { AppDefinition } from './definition.ts';
import { CLIENT_KEYS, DAY_MS, OAUTH_MANAGER, STANDARD, tokensWith } from './shared.ts';

export const pipedriveCrm = {
  slug: 'pipedrive-crm',
  dirName: 'pipedrive-crm',
  name: 'Pipedrive CRM',
  type: 'pipedrive-crm_crm',
  variant: 'crm',
  categories: ['crm'],
  description: 'Writes attendees and activities into Pipedrive CRM.',
  keys: CLIENT_KEYS,
  publicKeys: ['client_id'],
  keysAt: 'https://app.pipedrive.com/developer-hub',
  credential: {
    kind: 'oauth2',
    schema: tokensWith('api_domain'),
    oauth: {
      ...STANDARD,
      authorizationEndpoint: 'https://oauth.pipedrive.com/oauth/authorize',
      tokenEndpoint: 'https://oauth.pipedrive.com/oauth/token',
      // pipedrive.readme.io/docs/app-uninstallation: conforms to RFC 7009, and uninstalls the app.
      revocationEndpoint: 'https://oauth.pipedrive.com/oauth/revoke',
      clientAuthentication: 'basic',
      scopes: [
        'deals:read',
        'deals:write',
        'persons:read',
        'persons:write',
        'activities:read',
        'activities:write',
      ],
      scopeSeparator: ',',
      idleLifetimeMs: 60 * DAY_MS,
      travels: ['api_domain'],
      notes: ['A refresh token that is not used for 60 days dies.'],
    },
    apiBase: null,
    calcom: {
      ...OAUTH_MANAGER,
      remark:
        'From the Cal.com of 2026 on. A row that a begun install left behind is found before the connected one.',
      needs: ['api_domain'],
    },
  },
} as const satisfies AppDefinition;
