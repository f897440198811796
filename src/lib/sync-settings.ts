import type { KeyObject } from 'node:crypto';
import {
  aesKey,
  ENCRYPTION_KEY_NAME,
  ENDPOINT_NAME,
  HEADER_NAMES,
  SECRET_NAMES,
  WEBAPP_URL_NAME,
} from '../protocol/index.ts';
import type { VariableReader } from './config.ts';

/** The shared settings of both sides, read from the document's variables. @see docs/protocol.md#1 */
export interface SyncSettings {
  /** The shared secret, or null: the feature is off. */
  readonly secret: string | null;
  /** The configured header name, or null: either default. */
  readonly header: string | null;
  /** The AES key of the wire, or null: the feature is off. */
  readonly encryptionKey: KeyObject | null;
  /** The platform's endpoint for refreshes. */
  readonly endpoint: string | null;
  /** The instance's web address, without a trailing slash. */
  readonly webappUrl: string | null;
}

const KEY_COMMAND = 'Make one with: openssl rand -base64 24 (32 characters; not -base64 32, which gives 44).';
const SECRET_COMMAND = 'Make one with: openssl rand -base64 32.';

/** A secret under one of these would break or change the request itself. */
const TAKEN_HEADERS = new Set(
  'accept accept-encoding authorization connection content-encoding content-length content-type cookie expect host keep-alive te trailer transfer-encoding upgrade user-agent'.split(
    ' ',
  ),
);

/** Reads the CALCOM_* variables in both generations of their names, and reports what is wrong with them. */
export function readSyncSettings(variables: VariableReader): SyncSettings {
  const [secretName, secret] = either(variables, SECRET_NAMES);
  const [headerName, header] = either(variables, HEADER_NAMES);
  const key = variables.text(ENCRYPTION_KEY_NAME);
  const encryptionKey = variables.parsed(ENCRYPTION_KEY_NAME, KEY_COMMAND, readAesKey);
  if (header !== null && !/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(header)) {
    variables.report(headerName, 'is not a header name', 'Use letters, digits and hyphens.');
  }
  if (header !== null && TAKEN_HEADERS.has(header.toLowerCase())) {
    variables.report(headerName, 'names a header that has its own meaning', 'Use calcom-webhook-secret.');
  }
  if (secret !== null && !/^[\x21-\x7e]+$/.test(secret)) {
    variables.report(secretName, 'holds blanks or characters that no header carries', SECRET_COMMAND);
  }
  if (secret !== null && key === null) {
    variables.report(ENCRYPTION_KEY_NAME, 'is not set, but the secret is', KEY_COMMAND);
  }
  if (secret === null && key !== null) {
    variables.report(secretName, 'is not set, but the encryption key is', SECRET_COMMAND);
  }
  return {
    secret,
    header,
    encryptionKey,
    endpoint: variables.endpoint(ENDPOINT_NAME),
    webappUrl: variables.baseUrl(WEBAPP_URL_NAME),
  };
}

/**
 * A key of 32 one-byte characters.
 * @throws Error that says what is wrong, without the text
 */
export function readAesKey(text: string): KeyObject {
  if (text.length !== 32) throw new Error(`has ${text.length} characters instead of 32`);
  if (Buffer.from(text, 'latin1').toString('latin1') !== text) {
    throw new Error('has a character of more than one byte');
  }
  return aesKey(text);
}

/** The value under whichever name is set, and that name. */
function either(
  variables: VariableReader,
  [first, second]: readonly [string, string],
): [name: string, value: string | null] {
  const [one, other] = [variables.text(first), variables.text(second)];
  if (one !== null && other !== null && one !== other) {
    variables.report(
      first,
      `and ${second} differ`,
      'They mean the same: set one of them, or both to one value.',
    );
  }
  return one === null && other !== null ? [second, other] : [first, one];
}
