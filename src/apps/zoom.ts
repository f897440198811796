import { z } from 'zod';
import { tokenCredentialSchema } from '../protocol/index.ts';
import type { AppDefinition } from './definition.ts';

export const zoom = {
  slug: 'zoom',
  dirName: 'zoomvideo',
  name: 'Zoom Video',
  type: 'zoom_video',
  variant: 'conferencing',
  categories: ['conferencing'],
  description: 'Creates Zoom meetings.',
  keys: z.object({ client_id: z.string().min(1), client_secret: z.string().min(1) }),
  publicKeys: ['client_id'],
  credential: {
    kind: 'oauth2',
    schema: tokenCredentialSchema,
    oauth: {
      authorizationEndpoint: 'https://zoom.us/oauth/authorize',
      tokenEndpoint: 'https://zoom.us/oauth/token',
      revocationEndpoint: 'https://zoom.us/oauth/revoke',
      revoke: 'access_token',
      clientAuthentication: 'basic',
      requestFormat: 'form',
      clientId: 'client_id',
      clientSecret: 'client_secret',
      // Set in the Zoom app, not in the request.
      scopes: [],
      scopeSeparator: ' ',
      authorizeParameters: {},
      pkce: true,
      expiry: { member: 'expires_in', unit: 's_from_now' },
      refreshable: true,
      rotation: { rotates: true, graceMs: 'unknown' },
      idleLifetimeMs: 'unknown',
      refreshLimit: 'unknown',
      errors: { grantDead: [], clientWrong: [], pause: [] },
      callbackMembers: [],
      travels: ['api_url'],
      notes: [],
    },
    apiBase: 'https://api.zoom.us',
    calcom: {
      refreshReply: 'flat',
      pushExpiry: 'expiry_date_ms',
      refreshed: 'works',
      remark: '',
      needs: [],
    },
  },
} as const satisfies AppDefinition;
