import { z } from 'zod';
import type { AppDefinition } from './definition.ts';

export const zoom: AppDefinition = {
  slug: 'zoom',
  dirName: 'zoomvideo',
  name: 'Zoom Video',
  type: 'zoom_video',
  variant: 'conferencing',
  categories: ['conferencing'],
  description: 'Creates Zoom meetings.',
  keys: z.object({ client_id: z.string().min(1), client_secret: z.string().min(1) }),
  publicKeys: ['client_id'],
  oauth: {
    authorizationEndpoint: 'https://zoom.us/oauth/authorize',
    tokenEndpoint: 'https://zoom.us/oauth/token',
    revocationEndpoint: 'https://zoom.us/oauth/revoke',
    revoke: 'access_token',
    clientAuthentication: 'basic',
    // Set in the Zoom app, not in the request.
    scopes: [],
    scopeSeparator: ' ',
    authorizeParameters: {},
    pkce: true,
    rotates: true,
  },
  apiBase: 'https://api.zoom.us',
};
