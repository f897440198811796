import type { AppDefinition } from './definition.ts';
import { GRAPH, MICROSOFT } from './microsoft.ts';
import { CLIENT_KEYS, OAUTH_MANAGER, tokensWith } from './shared.ts';

export const office365Calendar = {
  slug: 'office365-calendar',
  dirName: 'office365calendar',
  name: 'Outlook Calendar',
  type: 'office365_calendar',
  variant: 'calendar',
  categories: ['calendar'],
  description: 'Outlook / Microsoft 365 calendar through Microsoft Graph.',
  keys: CLIENT_KEYS,
  publicKeys: ['client_id'],
  keysAt: 'https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps/ApplicationsListBlade',
  credential: {
    kind: 'oauth2',
    schema: tokensWith(),
    oauth: {
      ...MICROSOFT,
      scopes: ['User.Read', 'Calendars.Read', 'Calendars.ReadWrite', 'offline_access'],
      authorizeParameters: { prompt: 'select_account' },
    },
    apiBase: GRAPH,
    calcom: OAUTH_MANAGER,
  },
} as const satisfies AppDefinition;
