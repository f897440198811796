import type { AppDefinition } from './definition.ts';
import { CLIENT_KEYS, DAY_MS, OAUTH_MANAGER, STANDARD, tokensWith } from './shared.ts';

export const zoom = {
  slug: 'zoom',
  dirName: 'zoomvideo',
  name: 'Zoom Video',
  type: 'zoom_video',
  variant: 'conferencing',
  categories: ['conferencing'],
  description: 'Creates Zoom meetings.',
  keys: CLIENT_KEYS,
  publicKeys: ['client_id'],
  keysAt: 'https://marketplace.zoom.us/user/build',
  credential: {
    kind: 'oauth2',
    schema: tokensWith(),
    oauth: {
      ...STANDARD,
      authorizationEndpoint: 'https://zoom.us/oauth/authorize',
      tokenEndpoint: 'https://zoom.us/oauth/token',
      revocationEndpoint: 'https://zoom.us/oauth/revoke',
      revoke: 'access_token',
      clientAuthentication: 'basic',
      // Scopes are set in the Zoom app, not in the request.
      pkce: true,
      rotation: { rotates: true, graceMs: 'unknown' },
      idleLifetimeMs: 90 * DAY_MS,
      travels: ['api_url'],
      notes: [
        'A refresh token serves once: whoever refreshes with an old copy ends the connection.',
        'A refresh token that is not used dies after about 90 days.',
      ],
    },
    apiBase: 'https://api.zoom.us',
    calcom: OAUTH_MANAGER,
  },
} as const satisfies AppDefinition;
