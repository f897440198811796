import type { AppDefinition } from './definition.ts';
import { CLIENT_KEYS, tokensWith } from './shared.ts';
import { ZOHO } from './zoho.ts';

export const zohocalendar = {
  slug: 'zohocalendar',
  dirName: 'zohocalendar',
  name: 'Zoho Calendar',
  type: 'zoho_calendar',
  variant: 'calendar',
  categories: ['calendar'],
  description: 'Zoho Calendar availability and event sync.',
  keys: CLIENT_KEYS,
  publicKeys: ['client_id'],
  keysAt: 'https://api-console.zoho.com/',
  credential: {
    kind: 'oauth2',
    schema: tokensWith(),
    oauth: {
      ...ZOHO,
      scopes: [
        'ZohoCalendar.calendar.ALL',
        'ZohoCalendar.event.ALL',
        'ZohoCalendar.freebusy.READ',
        'AaaServer.profile.READ',
      ],
    },
    apiBase: null,
    calcom: {
      refreshReply: 'none',
      pushExpiry: 'expires_in_epoch_s',
      refreshed: 'not_asked',
      remark:
        'Cal.com refreshes with Zoho itself, or goes on with the old token; push before each expiry. Its hosts for Canada and China are wrong.',
      needs: ['server_location'],
      // It makes com of us and com.au of au itself.
      members: { location: 'server_location' },
    },
  },
} as const satisfies AppDefinition;
