import { z } from 'zod';
import type { AppDefinition } from './definition.ts';
import { CLIENT_KEYS, STANDARD, tokensWith } from './shared.ts';

export const tandem = {
  slug: 'tandem',
  dirName: 'tandemvideo',
  name: 'Tandem Video',
  type: 'tandem_video',
  variant: 'conferencing',
  categories: ['conferencing'],
  description: 'Creates Tandem virtual office meetings.',
  keys: CLIENT_KEYS.extend({ base_url: z.url() }),
  publicKeys: ['client_id', 'base_url'],
  credential: {
    kind: 'oauth2',
    schema: tokensWith(),
    oauth: {
      ...STANDARD,
      authorizationEndpoint: '{base_url}/oauth/approval',
      tokenEndpoint: '{base_url}/api/v1/oauth/v2/token',
      requestFormat: 'json',
      refreshFormat: 'form',
      // A refresh sends its token as the code, and nothing says that it is a refresh.
      tokenParameters: { exchange: {}, refresh: { code: '{refresh_token}' } },
      grantType: false,
    },
    apiBase: null,
    calcom: {
      refreshReply: 'none',
      pushExpiry: 'expiry_date_ms',
      refreshed: 'not_asked',
      remark: 'Cal.com refreshes with Tandem itself; push before each expiry.',
      needs: [],
    },
  },
} as const satisfies AppDefinition;
