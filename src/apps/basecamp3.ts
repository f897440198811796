import { z } from 'zod';
import type { AppDefinition } from './definition.ts';
import { CLIENT_KEYS, STANDARD, text, tokensWith } from './shared.ts';

/** An account of Basecamp 3 or later: those of Basecamp 2 and of HEY stand in the same list. */
const account = z.looseObject({ product: z.literal('bc3'), id: z.number(), href: z.url(), name: z.string() });

/** github.com/basecamp/api, sections/authentication.md: one token opens all accounts of a person. */
const authorization = z.object({
  accounts: z
    .array(z.unknown())
    .transform(all => all.find(one => account.safeParse(one).success))
    .pipe(account),
});

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
  keysAt: 'https://launchpad.37signals.com/integrations',
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
      lookup: {
        url: 'https://launchpad.37signals.com/authorization.json',
        authentication: 'token',
        members: ['account'],
        read: answer => ({ account: authorization.parse(answer).accounts }),
      },
      notes: [
        'An access token lives two weeks.',
        'Of a person with several accounts the first one with Basecamp 3 is taken.',
      ],
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
