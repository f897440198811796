import { z } from 'zod';
import type { AppDefinition } from './definition.ts';
import { STANDARD, tokensWith } from './shared.ts';

const SCOPES = ['spark:kms', 'meeting:schedules_read', 'meeting:schedules_write'] as const;

export const webex = {
  slug: 'webex',
  dirName: 'webex',
  name: 'Webex',
  type: 'webex_video',
  variant: 'conferencing',
  categories: ['conferencing'],
  description: 'Creates Cisco Webex meetings.',
  keys: z.object({ client_id: z.string().min(64), client_secret: z.string().min(64) }),
  publicKeys: ['client_id'],
  keysAt: 'https://developer.webex.com/my-apps',
  credential: {
    kind: 'oauth2',
    schema: tokensWith(),
    oauth: {
      ...STANDARD,
      authorizationEndpoint: 'https://webexapis.com/v1/authorize',
      tokenEndpoint: 'https://webexapis.com/v1/access_token',
      scopes: SCOPES,
      pkce: true,
      travels: ['refresh_token_expires_in'],
    },
    apiBase: 'https://webexapis.com',
    calcom: {
      refreshReply: 'full',
      pushExpiry: 'expiry_date_ms',
      refreshed: 'works',
      remark: 'Its reader takes the full reply alone: six members, and the scope text to the letter.',
      needs: ['refresh_token', 'refresh_token_expires_in', 'token_type', 'scope'],
      scope: SCOPES.join(' '),
    },
  },
} as const satisfies AppDefinition;
