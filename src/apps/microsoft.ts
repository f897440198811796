import type { OAuthDefinition } from './definition.ts';
import { DAY_MS, STANDARD } from './shared.ts';

/**
 * What both Microsoft apps share. `common` serves every tenant; one tenant alone or a national cloud
 * (login.microsoftonline.us, login.partner.microsoftonline.cn) is set in KEYFERRY_APPS_FILE.
 * Sources: learn.microsoft.com, "Refresh tokens in the Microsoft identity platform", MSAL's error codes, and
 * "Microsoft Entra authentication and authorization error codes" for the numbers.
 */
export const MICROSOFT = {
  ...STANDARD,
  authorizationEndpoint: 'https://login.microsoftonline.com/common/oauth2/v2.0/authorize',
  tokenEndpoint: 'https://login.microsoftonline.com/common/oauth2/v2.0/token',
  // Microsoft has no RFC 7009; revokeSignInSessions would end every app of the user.
  revocationEndpoint: null,
  pkce: true,
  rotation: { rotates: false, graceMs: null },
  idleLifetimeMs: 90 * DAY_MS,
  errors: {
    grantDead: ['interaction_required', 'consent_required', 'login_required', 'bad_token'],
    // The secret is wrong; the secret has ended.
    clientWrong: ['7000215', '7000222'],
    pause: [],
    // Entra says `invalid_grant` or `interaction_required` and means: conditional access (device, app, place,
    // risk), no role in the app, an administrator's consent, a disabled account, an app that is not there.
    policy: [
      '50057',
      '50105',
      '53000',
      '53001',
      '53002',
      '53003',
      '53004',
      '700016',
      '7000112',
      '90093',
      '90094',
      '90095',
    ],
  },
  notes: [
    'Each refresh brings a new refresh token of 90 days; the old one stays valid until its own end.',
    'The client secret ends after 6 to 24 months, as chosen in Entra; from then on every refresh fails.',
    'One tenant or a national cloud takes other endpoints: set them in KEYFERRY_APPS_FILE.',
  ],
} as const satisfies OAuthDefinition;

/** The base of Microsoft Graph. */
export const GRAPH = 'https://graph.microsoft.com';
