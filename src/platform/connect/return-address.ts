import type { ErrorCode } from '../../protocol/index.ts';

/** The host's page with the outcome appended: `keyferry=connected` or `keyferry=error&code=`, and `app=`. */
export function returnAddress(
  returnUrl: string,
  appSlug: string,
  failure: { code: ErrorCode } | null,
): string {
  const url = new URL(returnUrl);
  url.searchParams.set('keyferry', failure === null ? 'connected' : 'error');
  url.searchParams.set('app', appSlug);
  if (failure !== null) url.searchParams.set('code', failure.code);
  return url.href;
}
