import { z } from 'zod';
import type { AppDefinition } from './definition.ts';

export const googleCalendar: AppDefinition = {
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
  oauth: {
    authorizationEndpoint: 'https://accounts.google.com/o/oauth2/v2/auth',
    tokenEndpoint: 'https://oauth2.googleapis.com/token',
    revocationEndpoint: 'https://oauth2.googleapis.com/revoke',
    revoke: 'refresh_token',
    clientAuthentication: 'body',
    scopes: [
      'https://www.googleapis.com/auth/userinfo.profile',
      'https://www.googleapis.com/auth/calendar.events',
      'https://www.googleapis.com/auth/calendar.readonly',
    ],
    scopeSeparator: ' ',
    // Without both, Google gives no refresh token from the second consent on.
    authorizeParameters: { access_type: 'offline', prompt: 'consent' },
    pkce: true,
    rotates: false,
  },
  apiBase: 'https://www.googleapis.com',
};
