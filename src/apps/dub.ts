import { z } from 'zod';
import type { AppDefinition } from './definition.ts';
import { CLIENT_KEYS, STANDARD, tokensWith } from './shared.ts';

export const dub = {
  slug: 'dub',
  dirName: 'dub',
  name: 'Dub',
  type: 'dub_analytics',
  variant: 'analytics',
  categories: ['analytics'],
  description: 'Sends booking leads to Dub link attribution.',
  // One address, in spite of the plural.
  keys: CLIENT_KEYS.extend({ redirect_uris: z.url().optional() }),
  publicKeys: ['client_id', 'redirect_uris'],
  credential: {
    kind: 'oauth2',
    schema: tokensWith(),
    oauth: {
      ...STANDARD,
      authorizationEndpoint: 'https://app.dub.co/oauth/authorize',
      tokenEndpoint: 'https://api.dub.co/oauth/token',
      scopes: ['workspaces.read'],
      scopeSeparator: ',',
      // dub.co/docs/integrations/quickstart
      pkce: true,
    },
    apiBase: 'https://api.dub.co',
    calcom: {
      refreshReply: 'flat',
      // With an expiry Cal.com would refresh, and break the key.
      pushExpiry: 'none',
      refreshed: 'broken',
      remark:
        'Cal.com takes the raw HTTP response for the token; without an expiry and a refresh token it never tries.',
      needs: [],
    },
  },
} as const satisfies AppDefinition;
