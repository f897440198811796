import type { OwnCredentialView } from '../../src/instance/http/me.ts';
import type { StatusLook } from '../parts/status.tsx';

export const OWN_APPS = ['/api/me/apps'];
export const OWN_CREDENTIALS = ['/api/me/credentials'];

/** How a credential stands, for the one whose it is. */
export interface OwnState {
  readonly look: StatusLook;
  /** What is wrong and what to do; null where all is well. */
  readonly trouble: string | null;
  /** Whether connecting it again helps. */
  readonly reconnect: boolean;
}

/** Puts a credential's state into words for its user. @param name what the app is called */
export function stateOf(
  { appEnabled, status }: Pick<OwnCredentialView, 'appEnabled' | 'status'>,
  name: string,
): OwnState {
  if (!appEnabled) {
    return {
      look: { label: 'Disabled', colour: 'gray' },
      trouble: `An administrator has disabled ${name} here. What you connected is kept; ask them to enable it.`,
      reconnect: false,
    };
  }
  switch (status) {
    case 'needs_reconnect':
      return {
        look: { label: 'Connect again', colour: 'red' },
        trouble: `${name} does not take this connection any more. Connect it once more, and it works again here.`,
        reconnect: true,
      };
    case 'failing':
      return {
        look: { label: 'In trouble', colour: 'orange' },
        trouble: `The last attempt to renew it failed. It is tried again when it is needed; if it lasts, connect ${name} once more.`,
        reconnect: true,
      };
    default:
      return { look: { label: 'Connected', colour: 'teal' }, trouble: null, reconnect: false };
  }
}

/** What an app holds of a user. */
export function holdingOf(kind: string): string {
  switch (kind) {
    case 'oauth2':
      return 'A token that the provider gives with your consent, and that is renewed through the platform.';
    case 'none':
      return 'Nothing of yours: it works without a connection.';
    case 'admin_api_key':
      return 'Nothing of yours: it works with a key of the administrator.';
    case 'calcom_api_key':
      return 'Nothing of yours here: you enter an API key of this instance there.';
    default:
      return 'What you enter on the platform, as it is.';
  }
}

/** Whether a user connects the app at the platform at all. */
export function isConnected(kind: string): boolean {
  return !['none', 'admin_api_key', 'calcom_api_key'].includes(kind);
}
