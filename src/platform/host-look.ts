import type { VariableReader } from '../lib/config.ts';

/** How the connect pages look like the host's own. */
export interface HostLook {
  /** What users know the host by. */
  readonly name: string | null;
  /** Where "Back" leads when a session names no address. */
  readonly url: string | null;
  readonly logo: Logo | null;
  /** `#rrggbb`, of the buttons. */
  readonly colour: string | null;
}

export interface Logo {
  readonly type: 'image/svg+xml' | 'image/png' | 'image/jpeg' | 'image/webp';
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Of a host that has said nothing of itself. */
export const PLAIN_HOST: HostLook = { name: null, url: null, logo: null, colour: null };

export const LOGO_NAME = 'KEYFERRY_HOST_LOGO';

/** The longest logo that is served, in bytes. */
export const LOGO_BYTES = 200 * 1024;

/**
 * Reads the host's look, and reports what is wrong with it.
 * @param file what the file that KEYFERRY_HOST_LOGO names holds, or null where none is named
 */
export function readHostLook(variables: VariableReader, file: Uint8Array<ArrayBuffer> | null): HostLook {
  // Whoever runs the process reads the file; here it is noted that it was looked for.
  variables.text(LOGO_NAME);
  return {
    name: variables.parsed('KEYFERRY_HOST_NAME', 'Give the name that your users know.', hostName),
    url: variables.url('KEYFERRY_HOST_URL'),
    logo: file === null ? null : readLogo(variables, file),
    colour: variables.parsed('KEYFERRY_HOST_COLOUR', 'Give a colour such as #0f766e.', hexColour),
  };
}

function readLogo(variables: VariableReader, bytes: Uint8Array<ArrayBuffer>): Logo | null {
  if (bytes.length > LOGO_BYTES) {
    variables.report(LOGO_NAME, `names a file of more than ${LOGO_BYTES / 1024} KB`, 'Make it smaller.');
    return null;
  }
  const type = typeOf(bytes);
  if (type === null) {
    variables.report(LOGO_NAME, 'names a file that is no SVG, PNG, JPEG or WebP', 'Name a picture of these.');
    return null;
  }
  return { type, bytes };
}

/** By what it begins with: a name may say anything. */
function typeOf(bytes: Uint8Array): Logo['type'] | null {
  const start = Buffer.from(bytes.subarray(0, 1024)).toString('latin1');
  if (start.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png';
  if (start.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (start.startsWith('RIFF') && start.slice(8, 12) === 'WEBP') return 'image/webp';
  return /^(\xef\xbb\xbf)?\s*(<\?xml[^>]*>\s*)?(<!--[\s\S]*?-->\s*|<!DOCTYPE svg[^>]*>\s*)*<svg[\s>]/.test(
    start,
  )
    ? 'image/svg+xml'
    : null;
}

function hostName(text: string): string {
  if (!/^\P{Cc}{1,60}$/u.test(text.trim()) || text.trim() === '') {
    throw new Error('is not a line of 1 to 60 characters');
  }
  return text.trim();
}

function hexColour(text: string): string {
  if (!/^#[0-9a-f]{6}$/i.test(text)) throw new Error('is not a colour of the form #rrggbb');
  return text.toLowerCase();
}
