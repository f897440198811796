import type { Instance } from '../../instance/index.ts';
import { addUser, listUsers } from '../../instance/store/index.ts';
import { createOneTimePassword, hashPassword } from '../../lib/sign-in/index.ts';
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
    const fresh = {
      email: ADMIN_EMAIL,
      name: 'Admin',
      oneTimePasswordHash: await hashPassword(adminPassword),
    };
    if (missing.includes('instance'))
      await addUser(database, { ...fresh, username: 'admin', role: 'ADMIN' }, now);
    if (missing.includes('platform')) await addOperator(platform.database, fresh, 'sandbox', now);
  }
  const [known] = await listUsers(database, { email: DEMO_EMAIL, limit: 1 });
  const demo =
    known ?? (await addUser(database, { email: DEMO_EMAIL, username: 'demo', name: 'Demo Person' }, now));
  return { adminPassword, adminOf: missing, demoUserId: demo.id };
}
