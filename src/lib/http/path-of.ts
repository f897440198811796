import { getPath } from 'hono/utils/url';

/**
 * The path of a request for the router: without a slash at its end, and with one for several. Whoever puts `/api/...`
 * behind an address that ends with a slash reaches what was meant.
 */
export function pathOf(request: Request): string {
  const path = getPath(request);
  const single = path.includes('//') ? path.replace(/\/{2,}/g, '/') : path;
  return single.length > 1 && single.endsWith('/') ? single.slice(0, -1) : single;
}
