import { existsSync } from 'node:fs';
import { INSTANCE_MIGRATIONS, readInstanceConfig } from '../instance/index.ts';
import { instanceSignIn } from '../instance/sign-in.ts';
import type { InstanceTables } from '../instance/tables.ts';
import type { Env } from '../lib/config.ts';
import { type DatabaseLocation, migrate, openDatabase } from '../lib/db/index.ts';
import { createEffects } from '../lib/effects.ts';
import { createLog } from '../lib/log.ts';
import { findPerson, makeOneTimePassword, type SignInContext } from '../lib/sign-in/index.ts';
import { PLATFORM_MIGRATIONS, readPlatformConfig } from '../platform/index.ts';
import { platformSignIn } from '../platform/sign-in.ts';
import type { PlatformTables } from '../platform/tables.ts';
import { WEBAPP_URL_NAME } from '../protocol/index.ts';
import { textOf, type Values } from './command.ts';
import { readEnvironment } from './environment.ts';
import { explainDatabase } from './explain-database.ts';
import { Failure } from './report-error.ts';

export interface Whose {
  readonly email: string;
  readonly role: 'instance' | 'platform';
}

/** How the activity names who did it. */
const ACTOR = 'command-line';

const NOBODY = {
  instance: 'Add one: keyferry user add --email ADDRESS --username NAME, with --admin for an administrator.',
  platform:
    'The first operator is made with the link that "keyferry platform" prints, others on the page Operators.',
} as const;

/**
 * Makes a one-time password in a database that may be in use.
 * @throws Failure when there is no such person, or they are locked
 */
export async function passwordFor({ email, role }: Whose, values: Values): Promise<string> {
  const data = textOf(values, 'data') ?? 'data';
  const env = readEnvironment({ file: textOf(values, 'env'), data });
  const context = await OPEN[role](env, data);
  try {
    const person = await findPerson(context.store.db, context.tables, email);
    if (person === null) {
      const what = role === 'instance' ? 'user' : 'operator';
      throw new Failure(`The ${role} has no ${what} with the e-mail ${email}.`, NOBODY[role]);
    }
    if (person.locked) {
      throw new Failure(
        `${email} is locked, so that no password signs in.`,
        `Let an administrator unlock them on the page ${role === 'instance' ? 'Users' : 'Operators'}.`,
      );
    }
    const password = await makeOneTimePassword(context, person.id, ACTOR);
    if (password === null) throw new Failure(`${email} is gone.`, 'They were removed just now.');
    return password;
  } finally {
    await context.store.close();
  }
}

type Open = SignInContext & { readonly store: { close(): Promise<void> } };

const effects = () => createEffects({ log: createLog('silent') });

const OPEN: Readonly<Record<Whose['role'], (env: Env, data: string) => Promise<Open>>> = {
  async instance(env, data) {
    const config = readInstanceConfig(env, { data });
    const store = openDatabase<InstanceTables>(existing(config.database));
    await migrate(store, INSTANCE_MIGRATIONS).catch(explainDatabase(config.database));
    return { ...instanceSignIn(config, store, effects()), store };
  },
  async platform(env, data) {
    // Its address is told by the other role where both run in one process; nothing of it is needed here.
    const config = readPlatformConfig({ [WEBAPP_URL_NAME]: 'http://localhost:3000', ...env }, { data });
    const store = openDatabase<PlatformTables>(existing(config.database));
    await migrate(store, PLATFORM_MIGRATIONS).catch(explainDatabase(config.database));
    return { ...platformSignIn(config, store, effects()), store };
  },
};

/** A wrong --data must not make a database of nobody. @throws Failure */
function existing(location: DatabaseLocation): DatabaseLocation {
  if ('file' in location && !existsSync(location.file)) {
    throw new Failure(
      `There is no database ${location.file}.`,
      'Name the folder of the server with --data, or set DATABASE_URL as the server has it.',
    );
  }
  return location;
}
