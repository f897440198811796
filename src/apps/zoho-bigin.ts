import type { AppDefinition } from './definition.ts';
import { CLIENT_KEYS, tokensWith } from './shared.ts';
import { ZOHO, ZOHO_READER } from './zoho.ts';

export const zohoBigin = {
  slug: 'zoho-bigin',
  dirName: 'zoho-bigin',
  name: 'Zoho Bigin',
  type: 'zoho-bigin_crm',
  variant: 'crm',
  categories: ['crm'],
  description: 'Writes attendees and events into Zoho Bigin CRM.',
  keys: CLIENT_KEYS,
  publicKeys: ['client_id'],
  keysAt: 'https://api-console.zoho.com/',
  credential: {
    kind: 'oauth2',
    schema: tokensWith('api_domain'),
    oauth: { ...ZOHO, scopes: ['ZohoBigin.modules.events.ALL', 'ZohoBigin.modules.contacts.ALL'] },
    apiBase: null,
    calcom: {
      ...ZOHO_READER,
      remark: `${ZOHO_READER.remark} When it does ask, it sends the id of the credential for that of the user.`,
    },
  },
} as const satisfies AppDefinition;
