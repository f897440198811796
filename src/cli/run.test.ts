import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../test/temp.ts';
import { VERSION } from '../lib/version.ts';
import { runCli } from './testing/spawn-cli.ts';

const COMMANDS = ['up', 'instance', 'platform', 'keygen', 'user add', 'user password', 'doctor'];

describe('the command line', () => {
  test('without arguments lists every command', async () => {
    const { status, stdout, stderr } = await runCli([], { cwd: temporaryFolder() });
    expect(status).toBe(0);
    expect(stderr).toBe('');
    for (const command of COMMANDS) expect(stdout).toContain(`  ${command} `);
  });

  test.each(COMMANDS)('%s --help tells its usage and exits with 0', async command => {
    const { status, stdout, stderr } = await runCli([...command.split(' '), '--help'], {
      cwd: temporaryFolder(),
    });
    expect(status).toBe(0);
    expect(stderr).toBe('');
    expect(stdout).toContain(`Usage: keyferry ${command} [options]`);
    expect(stdout).toContain('--help');
  });

  test('--version prints the version alone', async () => {
    expect(await runCli(['--version'], { cwd: temporaryFolder() })).toMatchObject({
      status: 0,
      stdout: `${VERSION}\n`,
    });
  });

  test.each([
    [['up', '--sandbx'], "Unknown option '--sandbx'. See: keyferry up --help"],
    [['--sandbox'], "Unknown option '--sandbox'. See: keyferry --help"],
    [['serve'], 'There is no command "serve". See: keyferry --help'],
    [['user'], '"user" wants a second word: keyferry user add, keyferry user password'],
    [['user', 'remove'], 'There is no command "user remove". See: keyferry --help'],
    [['keygen', 'now'], "Unexpected argument 'now'"],
    [['instance', '--port'], "Option '--port <value>' argument missing"],
    [['instance', '--port', 'http'], '--port takes a number from 0 to 65535, not "http".'],
    [['platform', '--port', '65536'], '--port takes a number from 0 to 65535'],
    [['up', '--sandbox', '--host', '0.0.0.0'], '--sandbox shows pages without a password'],
    [['user', 'add', '--email', 'ada@example.com'], '--email and --username are needed'],
    [['user', 'add', '--email', 'ada', '--username', 'ada'], '--email takes an address'],
    [['user', 'add', '--email', 'a@b.c', '--username', 'a b'], '--username takes letters'],
    [['user', 'password'], '--email is needed'],
    [['user', 'password', '--email', 'a@b.c', '--role', 'both'], '--role takes instance or platform.'],
    [['doctor', '--role', 'nurse'], '--role takes instance, platform or both.'],
  ])('%j is refused with status 2 and what to do', async (args, message) => {
    const { status, stdout, stderr } = await runCli(args, { cwd: temporaryFolder() });
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(message);
  });
});
