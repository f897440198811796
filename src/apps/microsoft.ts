import type { OAuthDefinition } from './definition.ts';
import { DAY_MS, STANDARD } from './shared.ts';

/**
 * What both Microsoft apps share. `common` serves every tenant; one tenant alone or a national cloud
 * (login.microsoftonline.us, login.partner.microsoftonline.cn) is set in KEYFERRY_APPS_FILE.
 * Sources: learn.microsoft.com, "Refresh tokens in the Microsoft identity platform" and MSAL's error codes.
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
    clientWrong: [],
    pause: [],
  },
  notes: [
    'Each refresh brings a new refresh token of 90 days; the old one stays valid until its own end.',
    'The client secret ends after 6 to 24 months, as chosen in Entra; from then on every refresh fails.',
    'One tenant or a national cloud takes other endpoints: set them in KEYFERRY_APPS_FILE.',
  ],
} as const satisfies OAuthDefinition;

/** The base of Microsoft Graph. */
export const GRAPH = 'https://graph.microsoft.com';
