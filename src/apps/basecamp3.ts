import type { AppDefinition } from './definition.ts';
import { CLIENT_KEYS, STANDARD, text, tokensWith } from './shared.ts';

export const basecamp3 = {
  slug: 'basecamp3',
  dirName: 'basecamp3',
  name: 'Basecamp3',
  type: 'basecamp3_other_calendar',
  variant: 'other',
  categories: ['other'],
  description: 'Writes bookings into a Basecamp project schedule.',
  // Basecamp refuses requests whose User-Agent does not name the app and a contact.
  keys: CLIENT_KEYS.extend({ user_agent: text }),
  publicKeys: ['client_id', 'user_agent'],
  credential: {
    kind: 'oauth2',
    schema: tokensWith(),
    oauth: {
      ...STANDARD,
      authorizationEndpoint: 'https://launchpad.37signals.com/authorization/new',
      tokenEndpoint: 'https://launchpad.37signals.com/authorization/token',
      clientAuthentication: 'query',
      requestFormat: 'query',
      authorizeParameters: { type: 'web_server' },
      tokenParameters: {
        exchange: { type: 'web_server' },
        refresh: { type: 'refresh', redirect_uri: '{redirect_uri}' },
      },
      tokenHeaders: { 'user-agent': '{user_agent}' },
      grantType: false,
      expiry: { member: 'expires_in', unit: 's_from_now', defaultSeconds: 14 * 86_400 },
      notes: ['An access token lives two weeks.'],
    },
    apiBase: 'https://3.basecampapi.com',
    calcom: {
      refreshReply: 'none',
      pushExpiry: 'expires_at_ms',
      refreshed: 'not_asked',
      remark:
        'Cal.com refreshes with Basecamp itself; push before each expiry. Project and schedule are chosen in Cal.com, and a push takes them away.',
      needs: ['account', 'projectId', 'scheduleId'],
    },
  },
} as const satisfies AppDefinition;
