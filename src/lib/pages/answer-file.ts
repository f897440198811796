import type { BuiltFile, Encoding } from './read-built.ts';

/** Files below it have their hash in their names: what is behind a name never changes. */
const NAMED_BY_HASH = '/assets/';
const YEAR_S = 31_536_000;

/** Best first. */
const PREFERRED: readonly Encoding[] = ['br', 'gzip'];

/** A file of the application, packed as the browser takes it; 304 where the browser has it already. */
export function answerFile(path: string, { type, variants }: BuiltFile, request: Request): Response | null {
  const taken = takenEncodings(request.headers.get('accept-encoding'));
  const encoding = PREFERRED.find(one => taken.has(one) && variants.has(one)) ?? 'identity';
  const variant = variants.get(encoding);
  if (!variant) return null;
  const headers = new Headers({
    'cache-control': path.startsWith(NAMED_BY_HASH) ? `public, max-age=${YEAR_S}, immutable` : 'no-cache',
    'cross-origin-resource-policy': 'same-origin',
    etag: variant.etag,
    vary: 'accept-encoding',
    'x-content-type-options': 'nosniff',
  });
  if (knows(request.headers.get('if-none-match'), variant.etag)) {
    return new Response(null, { status: 304, headers });
  }
  headers.set('content-type', type);
  headers.set('content-length', String(variant.bytes.length));
  if (encoding !== 'identity') headers.set('content-encoding', encoding);
  return new Response(request.method === 'HEAD' ? null : variant.bytes, { headers });
}

/** The codings that are named and not refused (RFC 9110 section 12.5.3). */
function takenEncodings(header: string | null): Set<string> {
  // No expression for the blanks: it would take the square of their number.
  const codings = (header ?? '').split(',').map(part =>
    part
      .toLowerCase()
      .split(';')
      .map(one => one.trim()),
  );
  return new Set(
    codings.filter(([, weight]) => !/^q=0(\.0*)?$/.test(weight ?? '')).map(([name = '']) => name),
  );
}

function knows(header: string | null, etag: string): boolean {
  return (header ?? '').split(',').some(one => one.trim().replace(/^W\//, '') === etag);
}
