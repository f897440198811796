import type { AppDefinition } from './definition.ts';
import { DAY_MS, GOOGLE_ERRORS, GOOGLE_KEYS, OAUTH_MANAGER, STANDARD, tokensWith } from './shared.ts';

export const googleCalendar = {
  slug: 'google-calendar',
  dirName: 'googlecalendar',
  name: 'Google Calendar',
  type: 'google_calendar',
  variant: 'calendar',
  categories: ['calendar'],
  description: 'Google Calendar availability and event sync.',
  keys: GOOGLE_KEYS,
  publicKeys: ['client_id', 'redirect_uris'],
  keysAt: 'https://console.cloud.google.com/apis/credentials',
  credential: {
    kind: 'oauth2',
    schema: tokensWith(),
    oauth: {
      ...STANDARD,
      authorizationEndpoint: 'https://accounts.google.com/o/oauth2/v2/auth',
      tokenEndpoint: 'https://oauth2.googleapis.com/token',
      revocationEndpoint: 'https://oauth2.googleapis.com/revoke',
      scopes: [
        'https://www.googleapis.com/auth/userinfo.profile',
        'https://www.googleapis.com/auth/calendar.events',
        'https://www.googleapis.com/auth/calendar.readonly',
      ],
      // Without both, Google gives no refresh token from the second consent on.
      authorizeParameters: { access_type: 'offline', prompt: 'consent' },
      pkce: true,
      rotation: { rotates: false, graceMs: null },
      errors: GOOGLE_ERRORS,
      // "Six months", developers.google.com/identity/protocols/oauth2.
      idleLifetimeMs: 180 * DAY_MS,
      statedEnd:
        'The consent screen of the Google project is in testing mode, or the user gave access for a time: publish it in the Google Cloud console, then have the user connect again.',
      notes: [
        'A refresh token that is not used for six months dies.',
        'While the consent screen of the Google project is in testing, a refresh token lives 7 days.',
        'A Google account keeps 100 refresh tokens for a client; a further consent ends the oldest silently.',
      ],
    },
    apiBase: 'https://www.googleapis.com',
    calcom: {
      ...OAUTH_MANAGER,
      remark:
        'A key without expiry_date counts as never expiring; with a refresh token in it, Google is asked directly.',
      needs: ['expiry_date'],
    },
  },
} as const satisfies AppDefinition;
