import { closeSync, openSync, readSync } from 'node:fs';
import { ConfigError, type Env } from '../lib/config.ts';
import { LOGO_BYTES, LOGO_NAME } from '../platform/index.ts';

/**
 * The picture that KEYFERRY_HOST_LOGO names: at most one byte more than a platform takes, so that it can say so.
 * @returns null where none is named
 * @throws ConfigError where it cannot be read
 */
export function readHostLogo(env: Env): Uint8Array<ArrayBuffer> | null {
  const path = env[LOGO_NAME];
  if (path === undefined || path === '') return null;
  try {
    const file = openSync(path, 'r');
    try {
      const bytes = new Uint8Array(LOGO_BYTES + 1);
      let length = 0;
      for (let read = -1; read !== 0 && length < bytes.length; length += read) {
        read = readSync(file, bytes, length, bytes.length - length, null);
      }
      return bytes.slice(0, length);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unreadable';
    const problem = `names a file that cannot be read (${code})`;
    throw new ConfigError([{ variable: LOGO_NAME, problem, remedy: 'Correct the path.' }]);
  }
}
