export type Pages = 'instance' | 'platform' | 'connect';

/** Which pages the server means: the connect page is the platform's, for people who never sign in. */
export function roleOf(page: Document, path: string): Pages {
  const role = meta(page, 'keyferry-role');
  if (role !== 'platform') return 'instance';
  return path === '/connect' || path.startsWith('/connect/') ? 'connect' : 'platform';
}

/** What the content security policy asks of a style sheet that the page makes itself. */
export function styleNonce(page: Document): string {
  return meta(page, 'keyferry-nonce') ?? '';
}

function meta(page: Document, name: string): string | null {
  return page.querySelector(`meta[name="${name}"]`)?.getAttribute('content') ?? null;
}
