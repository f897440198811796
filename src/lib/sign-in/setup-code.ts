import { secretMatches } from '../../protocol/index.ts';
import type { SignInContext } from './context.ts';
import { deriveEach } from './derive.ts';
import { hasAdmin } from './people.ts';

// 32 letters, without those that are taken for one another.
const LETTERS = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';

/**
 * The code that lets somebody make the first admin: `XXXX-XXXX-XXXX`, 60 bits. It follows from the keyring,
 * so that every process has the same one and nothing is stored.
 */
export function setupCode(context: Pick<SignInContext, 'keyring' | 'role'>): string {
  const [code = ''] = codes(context);
  return code;
}

/** Under each key of the ring: while keys are changed, processes may print different ones. */
function codes({ keyring, role }: Pick<SignInContext, 'keyring' | 'role'>): string[] {
  return deriveEach(keyring, `keyferry set-up code of the ${role}`).map(written);
}

function written(bytes: Buffer): string {
  const letters = [...bytes.subarray(0, 12)].map(byte => LETTERS[byte % LETTERS.length]);
  return [0, 4, 8].map(from => letters.slice(from, from + 4).join('')).join('-');
}

/** Whether this is the code, however it was typed, in constant time. */
export function isSetupCode(context: Pick<SignInContext, 'keyring' | 'role'>, given: string): boolean {
  return codes(context).some(code => secretMatches(bare(given), bare(code)));
}

/** Where the first admin is made. The code stands behind the #, which no server and no log gets. */
export async function setupLink(context: SignInContext): Promise<string | null> {
  if (await hasAdmin(context.store.db, context.tables)) return null;
  return `${context.publicUrl}/setup#code=${setupCode(context)}`;
}

function bare(code: string): string {
  return code.toUpperCase().replace(/[^A-Z0-9]/g, '');
}
