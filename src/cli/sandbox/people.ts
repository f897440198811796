import type { Instance } from '../../instance/index.ts';
import { addUser, listUsers } from '../../instance/store/index.ts';
import type { Keyring } from '../../lib/sealed-box.ts';
import { createOneTimePassword, hashPassword, ONE_TIME_MS, putPassword } from '../../lib/sign-in/index.ts';
import type { Platform } from '../../platform/index.ts';
import { addOperator, listOperators } from '../../platform/store/index.ts';

export const ADMIN_EMAIL = 'admin@localhost.test';
export const DEMO_EMAIL = 'demo@localhost.test';

export interface People {
  /** The password of the admin when this start made it, else null. */
  readonly adminPassword: string | null;
  /** The roles of which it is. */
  readonly adminOf: readonly ('instance' | 'platform')[];
  /** The id of the tour's user on the instance. */
  readonly demoUserId: number;
}

/**
 * The admin of both roles, with one one-time password, and the tour's user: made at the first start.
 * @param now epoch milliseconds
 */
export async function ensurePeople(
  { instance: { database }, platform }: { readonly instance: Instance; readonly platform: Platform },
  keyring: Keyring,
  now: number,
): Promise<People> {
  const [admin] = await listUsers(database, { email: ADMIN_EMAIL, limit: 1 });
  const operators = await listOperators(platform.database.db);
  const missing = [
    ...(admin ? [] : ['instance' as const]),
    ...(operators.length > 0 ? [] : ['platform' as const]),
  ];
  const adminPassword = missing.length > 0 ? createOneTimePassword() : null;
  if (adminPassword !== null) {
    const fresh = { email: ADMIN_EMAIL, name: 'Admin' };
    const password = { hash: await hashPassword(adminPassword), oneTimeUntil: now + ONE_TIME_MS };
    if (missing.includes('instance')) {
      const { id } = await addUser(database, { ...fresh, username: 'admin', role: 'ADMIN' }, now);
      const at = { keyring, role: 'instance', tables: { people: 'users' } } as const;
      await putPassword(database.db, at, { id, ...password });
    }
    if (missing.includes('platform')) {
      const at = { keyring, role: 'platform', tables: { people: 'operator' } } as const;
      await addOperator(platform.database, fresh, 'sandbox', now, (trx, id) =>
        putPassword(trx, at, { id, ...password }),
      );
    }
  }
  const [known] = await listUsers(database, { email: DEMO_EMAIL, limit: 1 });
  const demo =
    known ?? (await addUser(database, { email: DEMO_EMAIL, username: 'demo', name: 'Demo Person' }, now));
  return { adminPassword, adminOf: missing, demoUserId: demo.id };
}
