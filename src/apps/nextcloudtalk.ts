import { z } from 'zod';
import type { AppDefinition } from './definition.ts';
import { OAUTH_MANAGER, STANDARD, text, tokensWith } from './shared.ts';

export const nextcloudtalk = {
  slug: 'nextcloudtalk',
  dirName: 'nextcloudtalk',
  name: 'Nextcloud Talk',
  type: 'nextcloudtalk_video',
  variant: 'conferencing',
  categories: ['conferencing'],
  description: "Creates public Nextcloud Talk rooms on the admin's server.",
  keys: z.object({
    nextcloudTalkHost: z.url(),
    nextcloudTalkPattern: z.string().optional(),
    nextcloudTalkClientId: text,
    nextcloudTalkClientSecret: text,
  }),
  publicKeys: ['nextcloudTalkHost', 'nextcloudTalkPattern', 'nextcloudTalkClientId'],
  credential: {
    kind: 'oauth2',
    schema: tokensWith(),
    oauth: {
      ...STANDARD,
      authorizationEndpoint: '{nextcloudTalkHost}/index.php/apps/oauth2/authorize',
      tokenEndpoint: '{nextcloudTalkHost}/index.php/apps/oauth2/api/v1/token',
      clientId: 'nextcloudTalkClientId',
      clientSecret: 'nextcloudTalkClientSecret',
      // Nextcloud's oauth2 app replaces the refresh token at each use: OauthApiController.
      rotation: { rotates: true, graceMs: null },
      // The same controller: a token that it does not find, or that was used, is this and not invalid_grant.
      errors: { grantDead: ['invalid_request'], clientWrong: [], pause: [], policy: [] },
      travels: ['user_id'],
      notes: ['A refresh token serves once: whoever refreshes with an old copy ends the connection.'],
    },
    apiBase: null,
    calcom: OAUTH_MANAGER,
  },
} as const satisfies AppDefinition;
