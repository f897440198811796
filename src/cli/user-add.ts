import type { Command, Values } from './command.ts';
import { CONFIG_OPTIONS, textOf, UsageError } from './command.ts';

/** Adds a user to the instance's database; only the id goes to stdout. */
export const userAdd: Command = {
  name: 'user add',
  summary: 'add a user to the instance and print the id',
  options: {
    email: { type: 'string', value: 'ADDRESS', help: 'E-mail address' },
    username: { type: 'string', value: 'NAME', help: 'User name' },
    name: { type: 'string', value: 'NAME', help: 'Name to show; may be left out' },
    admin: { type: 'boolean', help: 'Make this user an admin' },
    ...CONFIG_OPTIONS,
  },
  notes: ['The id is the userId that a platform pushes credentials for.'],
  async run(values, terminal) {
    const user = readUser(values);
    const { addToInstance } = await import('./add-to-instance.ts');
    terminal.out(String(await addToInstance(user, values)));
    return 0;
  },
};

export interface UserToAdd {
  readonly email: string;
  readonly username: string;
  readonly name: string | null;
  readonly role: 'USER' | 'ADMIN';
}

/** @throws UsageError */
function readUser(values: Values): UserToAdd {
  const [email, username] = [textOf(values, 'email'), textOf(values, 'username')];
  if (!email || !username)
    throw new UsageError('--email and --username are needed. See: keyferry user add --help');
  if (!/^[^\s@]+@[^\s@]+$/.test(email) || email.length > 320) {
    throw new UsageError('--email takes an address such as ada@example.com.');
  }
  if (!/^[\p{L}\p{N}._-]{1,100}$/u.test(username)) {
    throw new UsageError('--username takes letters, digits, dots, hyphens and underscores.');
  }
  return { email, username, name: textOf(values, 'name') ?? null, role: values.admin ? 'ADMIN' : 'USER' };
}
