import { CONFIG_OPTIONS, type Command, textOf, UsageError } from './command.ts';

const ROLES = ['instance', 'platform'] as const;

/** Makes a one-time password for somebody who is in the database; only the password goes to stdout. */
export const userPassword: Command = {
  name: 'user password',
  summary: 'make a one-time password for somebody who cannot sign in',
  options: {
    email: { type: 'string', value: 'ADDRESS', help: 'E-mail address' },
    role: {
      type: 'string',
      value: 'ROLE',
      help: 'Where it signs in: instance (its users) or platform (its operators)',
      fallback: 'instance',
    },
    ...CONFIG_OPTIONS,
  },
  notes: [
    'It signs in one time, within 24 hours, and another must be chosen then. The old one and all sessions end.',
    'The server may run meanwhile. Nobody is added: see keyferry user add --help.',
  ],
  async run(values, terminal) {
    const email = textOf(values, 'email');
    if (!email) throw new UsageError('--email is needed. See: keyferry user password --help');
    const role = ROLES.find(name => name === textOf(values, 'role'));
    if (role === undefined) throw new UsageError('--role takes instance or platform.');
    const { passwordFor } = await import('./password-for.ts');
    terminal.out(await passwordFor({ email, role }, values));
    return 0;
  },
};
