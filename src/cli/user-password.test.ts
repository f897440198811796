import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../test/temp.ts';
import { keyBlock } from './keygen.ts';
import { runCli, startCli } from './testing/spawn-cli.ts';

const EMAIL = 'ada@example.com';
const PASSWORD = 'correct horse battery';
const SHAPE = /^[a-z2-9]{4}(-[a-z2-9]{4}){3}\n$/;

function folder(): string {
  const cwd = temporaryFolder();
  writeFileSync(join(cwd, '.env'), keyBlock(new Date()).join('\n'));
  return cwd;
}

test('a lost password of the only admin is replaced while the server runs, on either role', async () => {
  const cwd = folder();
  const server = startCli(['up', '--instance-port', '0', '--platform-port', '0'], { cwd });
  for (const role of ['instance', 'platform']) {
    const [, url = ''] = await server.line(new RegExp(`The ${role} .* listens on (\\S+)`));
    const [, code = ''] = await server.line(new RegExp(`admin of the ${role}: \\S*#code=(\\S+)`));
    const send = (method: string, path: string, body: object, cookie = '') =>
      fetch(`${url}${path}`, {
        method,
        headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin', cookie },
        body: JSON.stringify(body),
      });
    const made = await send('POST', '/api/setup', { code, email: EMAIL, name: 'Ada', password: PASSWORD });
    expect(made.status).toBe(200);
    const [cookie = ''] = (made.headers.get('set-cookie') ?? '').split(';');

    const answer = await runCli(['user', 'password', '--email', 'Ada@example.com', '--role', role], { cwd });
    expect(answer).toEqual({ status: 0, stdout: expect.stringMatching(SHAPE), stderr: '' });
    const signIn = (password: string) => send('POST', '/api/session', { email: EMAIL, password });
    expect((await signIn(PASSWORD)).status).toBe(401);
    const signedIn = await signIn(answer.stdout.trim());
    expect(await signedIn.json()).toMatchObject({ user: { role: 'admin', mustChangePassword: true } });
    const session = await fetch(`${url}/api/session`, { headers: { cookie } });
    expect(await session.json()).toMatchObject({ user: null });
  }
});

test('nobody is made: who is not there is said, with the way to add them', async () => {
  const cwd = folder();
  const server = startCli(['up', '--instance-port', '0', '--platform-port', '0'], { cwd });
  await server.line(/admin of the platform/);
  for (const [role, words] of [
    ['instance', /no user with the e-mail bob@example\.com\.\n.*keyferry user add/],
    ['platform', /no operator with the e-mail bob@example\.com\.\n.*page Operators/],
  ] as const) {
    const answer = await runCli(['user', 'password', '--email', 'bob@example.com', '--role', role], { cwd });
    expect(answer).toEqual({ status: 1, stdout: '', stderr: expect.stringMatching(words) });
  }
});

test('a wrong folder is named, and no database made in it', async () => {
  const cwd = folder();
  const args = ['user', 'password', '--email', EMAIL];
  const answer = await runCli([...args, '--data', 'elsewhere'], { cwd });
  expect(answer).toMatchObject({ status: 1, stdout: '' });
  expect(answer.stderr).toContain('There is no database elsewhere/instance.db.');
  expect((await runCli([...args, '--data', 'elsewhere'], { cwd })).stderr).toBe(answer.stderr);
});

test('who is locked is not let in by a password', async () => {
  const cwd = folder();
  const added = await runCli(['user', 'add', '--email', EMAIL, '--username', 'ada'], { cwd });
  expect(added.status).toBe(0);
  const { default: Sqlite } = await import('better-sqlite3');
  const database = new Sqlite(join(cwd, 'data', 'instance.db'));
  database.exec('update "users" set "locked" = 1');
  database.close();
  const answer = await runCli(['user', 'password', '--email', EMAIL], { cwd });
  expect(answer).toMatchObject({ status: 1, stdout: '' });
  expect(answer.stderr).toContain(`${EMAIL} is locked`);
});
