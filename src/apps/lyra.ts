import type { AppDefinition } from './definition.ts';
import { CLIENT_KEYS, OAUTH_MANAGER, STANDARD, tokensWith } from './shared.ts';

export const lyra = {
  slug: 'lyra',
  dirName: 'lyra',
  name: 'Lyra',
  type: 'lyra_video',
  variant: 'conferencing',
  categories: ['conferencing'],
  description: 'Creates Lyra meetings.',
  keys: CLIENT_KEYS,
  publicKeys: ['client_id'],
  credential: {
    kind: 'oauth2',
    schema: tokensWith(),
    oauth: {
      ...STANDARD,
      authorizationEndpoint: 'https://app.lyra.so/oauth/authorize',
      tokenEndpoint: 'https://app.lyra.so/api/oauth/token',
      requestFormat: 'json',
      scopes: ['meeting.create'],
    },
    apiBase: null,
    calcom: { ...OAUTH_MANAGER, remark: 'From the Cal.com of 2026 on; earlier ones do not have the app.' },
  },
} as const satisfies AppDefinition;
