/** What to do about a DATABASE_URL that cannot be read, or does not lead anywhere. */
export const DATABASE_REMEDY =
  'Give postgres://user:password@host:5432/name. Characters of the password that mean something in an address are ' +
  'percent-encoded: @ as %40, / as %2F, # as %23, ? as %3F, : as %3A, % as %25.';

const SCHEME = /^postgres(?:ql)?:\/\//;

/**
 * Judges a PostgreSQL address. A password that is written as it is may make another address of it, with a part of the
 * password as its host: such an address is refused, and nothing of it is repeated.
 * @returns the text as it came
 * @throws Error with what is wrong, in words without a part of the address
 */
export function readPostgresUrl(text: string): string {
  if (!SCHEME.test(text)) throw new Error('is not a PostgreSQL address');
  const rest = text.replace(SCHEME, '');
  const [authority = ''] = rest.split(/[/?#]/, 1);
  const behind = rest.slice(authority.length);
  const path = behind.split('?', 1)[0] ?? '';
  if (text.includes('#') || path.includes('@') || authority.split('@').length > 2) throw new Error(UNESCAPED);
  if (!authority.includes('@') && behind.includes('@')) throw new Error(UNESCAPED);
  if (/%(?![0-9a-f]{2})/i.test(text))
    throw new Error('has a % that is not followed by two hexadecimal digits');
  if (/\s/.test(text)) throw new Error('has a space in it');
  const [credentials = '', host] = authority.includes('@') ? authority.split('@') : ['', authority];
  if (credentials.split(':').length > 2) throw new Error(UNESCAPED);
  // A socket's folder stands in the query, or percent-encoded for the host; then there may be no host.
  const complete =
    host === '' ? text.replace(`//${authority}`, `//${credentials && `${credentials}@`}none`) : text;
  if (!URL.canParse(complete)) throw new Error('is not a PostgreSQL address that can be read');
  try {
    decodeURIComponent(rest);
  } catch {
    throw new Error('has a % that is not the beginning of a character in UTF-8');
  }
  return text;
}

const UNESCAPED = 'has a character in it that must be percent-encoded, most often in the password';
