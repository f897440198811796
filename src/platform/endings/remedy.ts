import type { OAuthApp } from '../../apps/index.ts';
import type { EndingRow } from '../store/index.ts';

const AGAIN = 'Have the user connect again before: POST /api/keyferry/v1/connect-sessions.';

/**
 * What to do about an ending.
 * @param app its record, where there is one
 */
export function endingRemedy({ reason, appSlug, id }: EndingRow, app: OAuthApp | null): string {
  switch (reason) {
    case 'client_secret':
      return `Make a new client secret at the provider and set it: PUT /api/keyferry/v1/apps/${appSlug}.`;
    case 'idle_lifetime':
      return `Its refresh keeps failing: GET /api/keyferry/v1/connections/${id} says why. Mend that, or have the user connect again.`;
    case 'no_refresh_token':
      return `The provider gave no refresh token. ${AGAIN}`;
    case 'grant_lifetime':
      return `The provider ends each grant after a time, however it is used. ${AGAIN}`;
    case 'provider_stated':
      return app?.credential.oauth.statedEnd ?? `The provider says that the grant ends then. ${AGAIN}`;
  }
}
