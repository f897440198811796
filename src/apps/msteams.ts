import type { AppDefinition } from './definition.ts';
import { GRAPH, MICROSOFT } from './microsoft.ts';
import { CLIENT_KEYS, OAUTH_MANAGER, tokensWith } from './shared.ts';

export const msteams = {
  slug: 'msteams',
  dirName: 'office365video',
  name: 'Microsoft 365/Teams (Requires work/school account)',
  type: 'office365_video',
  variant: 'conferencing',
  categories: ['conferencing'],
  description: 'Creates Microsoft Teams meetings through Microsoft Graph.',
  keys: CLIENT_KEYS,
  publicKeys: ['client_id'],
  keysAt: 'https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps/ApplicationsListBlade',
  credential: {
    kind: 'oauth2',
    schema: tokensWith(),
    oauth: { ...MICROSOFT, scopes: ['OnlineMeetings.ReadWrite', 'offline_access'] },
    apiBase: GRAPH,
    calcom: OAUTH_MANAGER,
  },
} as const satisfies AppDefinition;
