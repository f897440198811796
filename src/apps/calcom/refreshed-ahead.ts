import type { AppDefinition } from '../definition.ts';

/**
 * Whether the platform must refresh an app's tokens before they end, for an unmodified Cal.com: they do end,
 * and its own code cannot get new ones from us.
 */
export function isRefreshedAhead({ credential }: AppDefinition): boolean {
  if (credential.kind !== 'oauth2' || !credential.oauth.refreshable) return false;
  return credential.calcom.refreshed === 'broken' || credential.calcom.refreshed === 'not_asked';
}
