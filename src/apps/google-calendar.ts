import { z } from 'zod';
import { tokenCredentialSchema } from '../protocol/index.ts';
import type { AppDefinition } from './definition.ts';

export const googleCalendar = {
  slug: 'google-calendar',
  dirName: 'googlecalendar',
  name: 'Google Calendar',
  type: 'google_calendar',
  variant: 'calendar',
  categories: ['calendar'],
  description: 'Google Calendar availability and event sync.',
  keys: z.object({
    client_id: z.string().min(1),
    client_secret: z.string().min(1),
    // A single address is taken too, as Cal.com takes it.
    redirect_uris: z
      .preprocess(value => (typeof value === 'string' ? [value] : value), z.array(z.url()))
      .optional(),
  }),
  publicKeys: ['client_id', 'redirect_uris'],
  credential: {
    kind: 'oauth2',
    schema: tokenCredentialSchema,
    oauth: {
      authorizationEndpoint: 'https://accounts.google.com/o/oauth2/v2/auth',
      tokenEndpoint: 'https://oauth2.googleapis.com/token',
      revocationEndpoint: 'https://oauth2.googleapis.com/revoke',
      revoke: 'refresh_token',
      clientAuthentication: 'body',
      requestFormat: 'form',
      clientId: 'client_id',
      clientSecret: 'client_secret',
      scopes: [
        'https://www.googleapis.com/auth/userinfo.profile',
        'https://www.googleapis.com/auth/calendar.events',
        'https://www.googleapis.com/auth/calendar.readonly',
      ],
      scopeSeparator: ' ',
      // Without both, Google gives no refresh token from the second consent on.
      authorizeParameters: { access_type: 'offline', prompt: 'consent' },
      pkce: true,
      expiry: { member: 'expires_in', unit: 's_from_now' },
      refreshable: true,
      rotation: { rotates: false, graceMs: null },
      idleLifetimeMs: 'unknown',
      refreshLimit: 'unknown',
      errors: { grantDead: [], clientWrong: [], pause: [] },
      callbackMembers: [],
      travels: [],
      notes: [
        'While the consent screen of the Google project is in testing, a refresh token lives 7 days.',
        'A Google account keeps 100 refresh tokens for a client; a further consent ends the oldest silently.',
      ],
    },
    apiBase: 'https://www.googleapis.com',
    calcom: {
      refreshReply: 'flat',
      pushExpiry: 'expiry_date_ms',
      refreshed: 'works',
      remark: '',
      needs: [],
    },
  },
} as const satisfies AppDefinition;
