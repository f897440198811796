import { randomInt } from 'node:crypto';
import type { Instance } from '../../instance/index.ts';
import { addUser, listUsers } from '../../instance/store/index.ts';

export const ADMIN_EMAIL = 'admin@localhost.test';
export const DEMO_EMAIL = 'demo@localhost.test';

export interface People {
  /** The password of the admin when this start made it, else null. */
  readonly adminPassword: string | null;
  /** The id of the tour's user on the instance. */
  readonly demoUserId: number;
}

/** The admin and the tour's user, made at the first start. @param now epoch milliseconds */
export async function ensurePeople(database: Instance['database'], now: number): Promise<People> {
  const [admin] = await listUsers(database, { email: ADMIN_EMAIL, limit: 1 });
  const adminPassword = admin ? null : createPassword();
  if (adminPassword !== null) {
    const fresh = {
      email: ADMIN_EMAIL,
      username: 'admin',
      name: 'Admin',
      role: 'ADMIN',
      password: adminPassword,
    } as const;
    await addUser(database, fresh, now);
  }
  const [known] = await listUsers(database, { email: DEMO_EMAIL, limit: 1 });
  const demo =
    known ?? (await addUser(database, { email: DEMO_EMAIL, username: 'demo', name: 'Demo Person' }, now));
  return { adminPassword, demoUserId: demo.id };
}

// Without letters that are taken for one another.
const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';

/** Four groups of four letters: 79 bits. */
function createPassword(): string {
  const group = () => Array.from({ length: 4 }, () => LETTERS[randomInt(LETTERS.length)]).join('');
  return [group(), group(), group(), group()].join('-');
}
