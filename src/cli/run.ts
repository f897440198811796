import { VERSION } from '../lib/version.ts';
import { apps } from './apps.ts';
import { type Command, helpOf, parseOptions, UsageError } from './command.ts';
import { doctor } from './doctor.ts';
import { instance } from './instance.ts';
import { keygen } from './keygen.ts';
import { platform } from './platform.ts';
import { reportError } from './report-error.ts';
import { createTerminal } from './terminal.ts';
import { up } from './up.ts';
import { userAdd } from './user-add.ts';
import { userPassword } from './user-password.ts';

const COMMANDS: readonly Command[] = [up, instance, platform, keygen, userAdd, userPassword, doctor, apps];

/**
 * Runs one command line.
 * @param args behind the program's name
 * @returns the exit status: 0 done, 1 failed, 2 not understood, 3 a database is damaged
 */
export async function run(args: readonly string[]): Promise<number> {
  const terminal = createTerminal();
  try {
    const [first] = args;
    if (first === undefined || first === '--help' || first === '-h' || first === 'help') {
      terminal.out(overview());
      return 0;
    }
    if (first === '--version' || first === '-v') {
      terminal.out(VERSION);
      return 0;
    }
    const command = COMMANDS.find(({ name }) => name.split(' ').every((word, index) => args[index] === word));
    if (!command) throw new UsageError(notACommand(args));
    const values = parseOptions(command, args.slice(command.name.split(' ').length));
    if (values.help) {
      terminal.out(helpOf(command));
      return 0;
    }
    return await command.run(values, terminal);
  } catch (error) {
    return reportError(error, terminal);
  }
}

function notACommand(args: readonly string[]): string {
  const [first = '', second] = args;
  if (first.startsWith('-')) return `Unknown option '${first}'. See: keyferry --help`;
  const longer = COMMANDS.filter(({ name }) => name.startsWith(`${first} `)).map(({ name }) => name);
  if (longer.length > 0 && (second === undefined || second.startsWith('-'))) {
    return `"${first}" wants a second word: keyferry ${longer.join(', keyferry ')}`;
  }
  return `There is no command "${args.filter(word => !word.startsWith('-')).join(' ')}". See: keyferry --help`;
}

function overview(): string {
  const width = Math.max(...COMMANDS.map(({ name }) => name.length));
  return [
    'keyferry: carries app credentials from a platform to a scheduling instance, and keeps them fresh',
    '',
    'Usage: keyferry COMMAND [options]',
    '',
    ...COMMANDS.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    'keyferry COMMAND --help tells the options of a command; keyferry --version the version.',
    '',
  ].join('\n');
}
