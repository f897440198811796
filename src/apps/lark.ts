import { z } from 'zod';
import { tokenCredentialSchema } from '../protocol/index.ts';
import type { OAuthCredential } from './definition.ts';
import { STANDARD, text } from './shared.ts';

/** Keys of Lark's and Feishu's apps; the third has the name that Cal.com's schema misspells. */
export const LARK_KEYS = z.object({ app_id: text, app_secret: text, open_verfication_token: text });

/**
 * The credential of one system on two hosts: Lark, and Feishu in China.
 * @param origin of the open platform
 */
export function larkCredential(origin: 'https://open.larksuite.com' | 'https://open.feishu.cn') {
  return {
    kind: 'oauth2',
    schema: tokenCredentialSchema,
    oauth: {
      ...STANDARD,
      authorizationEndpoint: `${origin}/open-apis/authen/v1/index`,
      tokenEndpoint: `${origin}/open-apis/authen/v1/access_token`,
      refreshEndpoint: `${origin}/open-apis/authen/v1/refresh_access_token`,
      clientAuthentication: 'app_token',
      appToken: {
        endpoint: `${origin}/open-apis/auth/v3/app_access_token/internal`,
        body: { app_id: 'app_id', app_secret: 'app_secret' },
        member: 'app_access_token',
      },
      requestFormat: 'json',
      clientId: 'app_id',
      clientSecret: 'app_secret',
      authorizeParameters: { app_id: '{app_id}' },
      envelope: 'data',
      rotation: { rotates: true, graceMs: null },
      travels: ['refresh_expires_in'],
      notes: [
        'A refresh token serves once, and a user has one live pair: connecting again ends the one before.',
        'The app must be a custom app: a store app needs an app_ticket, which arrives by webhook each hour.',
        'What the error codes of the refresh mean is not known; none is taken for the end of a grant.',
      ],
    },
    apiBase: origin,
    calcom: {
      refreshReply: 'envelope',
      pushExpiry: 'expiry_date_s',
      refreshed: 'works',
      remark:
        "Cal.com fetches an app_access_token before it asks, so the app's keys and app_ticket must work there too.",
      needs: ['refresh_token', 'refresh_expires_date'],
    },
  } as const satisfies OAuthCredential;
}
