import type { AppDefinition } from './definition.ts';
import { CLIENT_KEYS, tokensWith } from './shared.ts';
import { ZOHO, ZOHO_READER } from './zoho.ts';

export const zohocrm = {
  slug: 'zohocrm',
  dirName: 'zohocrm',
  name: 'ZohoCRM',
  type: 'zohocrm_crm',
  variant: 'crm',
  categories: ['crm'],
  description: 'Writes attendees and events into Zoho CRM.',
  keys: CLIENT_KEYS,
  publicKeys: ['client_id'],
  keysAt: 'https://api-console.zoho.com/',
  credential: {
    kind: 'oauth2',
    schema: tokensWith('api_domain'),
    oauth: { ...ZOHO, scopes: ['ZohoCRM.modules.ALL', 'ZohoCRM.users.READ', 'AaaServer.profile.READ'] },
    apiBase: null,
    calcom: ZOHO_READER,
  },
} as const satisfies AppDefinition;
