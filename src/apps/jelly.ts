import type { AppDefinition } from './definition.ts';
import { CLIENT_KEYS, NEVER_EXPIRES, STANDARD, tokensWith, USED_AS_PUSHED } from './shared.ts';

export const jelly = {
  slug: 'jelly',
  dirName: 'jelly',
  name: 'Jelly',
  type: 'jelly_conferencing',
  variant: 'conferencing',
  categories: ['conferencing'],
  description: 'Creates Jelly video call links.',
  keys: CLIENT_KEYS,
  publicKeys: ['client_id'],
  credential: {
    kind: 'oauth2',
    schema: tokensWith(),
    oauth: {
      ...STANDARD,
      ...NEVER_EXPIRES,
      authorizationEndpoint: 'https://jellyjelly.com/login/oauth',
      tokenEndpoint: 'https://www.jellyjelly.com/login/oauth/access_token',
      requestFormat: 'json',
      scopes: ['write:jellies', 'read:user_email_phone'],
      scopeSeparator: ',',
      authorizeParameters: { app_id: '{client_id}' },
      grantType: false,
    },
    apiBase: null,
    calcom: USED_AS_PUSHED,
  },
} as const satisfies AppDefinition;
