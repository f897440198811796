import { z } from 'zod';
import type { AppDefinition } from './definition.ts';
import { CLIENT_KEYS, NEVER_EXPIRES, STANDARD, text, tokensWith, USED_AS_PUSHED } from './shared.ts';

const admin = z.object({ id: text });

export const intercom = {
  slug: 'intercom',
  dirName: 'intercom',
  name: 'Intercom',
  type: 'intercom_automation',
  variant: 'automation',
  categories: ['automation'],
  description: 'Shows booking links inside the Intercom messenger and inbox.',
  keys: CLIENT_KEYS,
  publicKeys: ['client_id'],
  keysAt: 'https://app.intercom.com/a/apps/_/developer-hub',
  credential: {
    kind: 'oauth2',
    schema: tokensWith(),
    oauth: {
      ...STANDARD,
      ...NEVER_EXPIRES,
      // Users in Europe and Australia have app.eu.intercom.com and app.au.intercom.com: KEYFERRY_APPS_FILE.
      authorizationEndpoint: 'https://app.intercom.com/oauth',
      tokenEndpoint: 'https://api.intercom.io/auth/eagle/token',
      requestFormat: 'json',
      grantType: false,
      lookup: {
        url: 'https://api.intercom.io/me',
        authentication: 'token',
        members: ['admin_id'],
        read: answer => ({ admin_id: admin.parse(answer).id }),
      },
      notes: [
        'Accounts in Europe and Australia have hosts of their own: set them, lookupEndpoint too, in KEYFERRY_APPS_FILE.',
      ],
    },
    apiBase: 'https://api.intercom.io',
    calcom: {
      ...USED_AS_PUSHED,
      remark: 'Cal.com finds the user by a text search for admin_id in the key, which must be a JSON text.',
      needs: ['admin_id'],
      stored: 'text',
    },
  },
} as const satisfies AppDefinition;
