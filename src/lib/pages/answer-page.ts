import { randomBytes } from 'node:crypto';

/** What every page is sent with, beside its policy. */
const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  // For browsers that do not know frame-ancestors.
  'x-frame-options': 'DENY',
};

/** Scripts and requests to this origin alone, no inline script, styles with this answer's nonce. */
function policy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "connect-src 'self'",
    "font-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** The application's one page, with a nonce of its own and the role put in. */
export function answerPage(index: string, role: string): Response {
  const nonce = randomBytes(18).toString('base64');
  const page = index.replaceAll('__NONCE__', nonce).replaceAll('__ROLE__', role);
  return new Response(page, { headers: { ...HEADERS, 'content-security-policy': policy(nonce) } });
}

/** What stands in for the application where it is not built. */
export function answerNotBuilt(): Response {
  const page = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Keyferry: the pages are not built</title></head>
<body>
<h1>The pages are not built</h1>
<p>In a clone of the sources, run <code>npm run build:web</code> and load this page again. The API works without.</p>
</body>
</html>
`;
  const headers = { ...HEADERS, 'content-security-policy': "default-src 'none'", 'retry-after': '30' };
  return new Response(page, { status: 503, headers });
}
