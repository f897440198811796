import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../../test/temp.ts';
import { openDatabase } from '../lib/db/index.ts';
import { keyBlock } from './keygen.ts';
import { freePort, runCli, startCli } from './testing/spawn-cli.ts';

/** A folder with a .env of fresh keys, and those lines of it that are kept. */
function folderWithKeys(keep: (line: string) => boolean = () => true): string {
  const cwd = temporaryFolder();
  writeFileSync(join(cwd, '.env'), keyBlock(new Date()).filter(keep).join('\n'));
  return cwd;
}

test.each([
  ['instance', ['--port', '0'], 1],
  ['platform', ['--port', '0'], 1],
  ['up', ['--instance-port', '0', '--platform-port', '0'], 2],
])('%s serves until a signal, then stops clean', async (command, ports, count) => {
  const running = startCli([command, ...ports], { cwd: folderWithKeys() });
  await running.line(new RegExp(`(listens on http[\\s\\S]*){${count}}`));
  const urls = [...running.output.stdout.matchAll(/listens on (\S+)/g)].map(([, url]) => url);
  expect(urls).toHaveLength(count);
  for (const url of urls) {
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);
    expect((await fetch(`${url}/sandbox`)).status).toBe(404);
  }
  expect(await running.stop('SIGTERM')).toMatchObject({ status: 0 });
});

test('the link of the set-up is printed until there is an admin', async () => {
  const cwd = folderWithKeys(line => !/^[A-Z_]+_(URL|ENDPOINT)=/.test(line));
  const ports = ['--instance-port', '0', '--platform-port', '0'];
  const first = startCli(['up', ...ports], { cwd });
  const codes = [];
  for (const role of ['instance', 'platform']) {
    const [, url = '', code = ''] = await first.line(
      new RegExp(`first admin of the ${role}: (http\\S+)/setup#code=([2-9A-Z-]{14})\\n`),
    );
    expect(first.output.stdout).toContain(`listens on ${url}\n`);
    codes.push(code);
    if (role === 'platform') continue;
    const body = { code, email: 'ada@example.com', password: 'a good password' };
    const answer = await fetch(`${url}/api/setup`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect(await answer.json()).toMatchObject({ user: { email: 'ada@example.com', role: 'admin' } });
  }
  expect(new Set(codes).size).toBe(2);
  await first.stop();

  const second = startCli(['up', ...ports], { cwd });
  await second.line(/#code=/);
  const { stdout } = await second.stop();
  expect(stdout).not.toContain('first admin of the instance');
  expect(stdout).toContain(`#code=${codes[1]}`);
});

test('every problem of the configuration is told at once, before anything listens', async () => {
  const cwd = temporaryFolder();
  const env = {
    CALCOM_APP_CREDENTIAL_ENCRYPTION_KEY: 'A'.repeat(44),
    CALCOM_WEBHOOK_SECRET: '"quoted"',
    CALCOM_CREDENTIAL_SYNC_SECRET: 'another',
    CALCOM_CREDENTIAL_SYNC_ENDPOINT: 'platform.example',
    KEYFERRY_API_KEY: 'short',
    KEYFERRY_DELIVER_REFRESH_TOKEN: 'maybe',
    KEYFERRY_LOG_LEVEL: 'loud',
    DATABASE_URL: 'mysql://localhost/x',
  };
  const { status, stdout, stderr } = await runCli(['up', '--instance-port', '0', '--platform-port', '0'], {
    cwd,
    env,
  });
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  for (const name of [...Object.keys(env), 'KEYFERRY_ENCRYPTION_KEYS']) expect(stderr).toContain(name);
  expect(stderr).toContain('has 44 characters instead of 32');
  expect(stderr).toContain('openssl rand -base64 24');
  expect(stderr).toContain('has quotes around its value');
  expect(stderr).not.toContain('A'.repeat(44));
  expect(existsSync(join(cwd, 'data'))).toBe(false);
});

test('a named variables file that is not there is a problem', async () => {
  const { status, stderr } = await runCli(['instance', '--env', 'missing.env'], { cwd: temporaryFolder() });
  expect(status).toBe(1);
  expect(stderr).toContain('missing.env does not exist');
});

test.each([
  ['instance', '--port', ['instance']],
  ['platform', '--port', ['platform']],
  ['instance', '--instance-port', ['up', '--platform-port', '0']],
  ['platform', '--platform-port', ['up', '--sandbox', '--instance-port', '0']],
])('a taken port of the %s is named, with %s to change it', async (role, flag, command) => {
  const other = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void other.close());
  await once(other, 'listening');
  const { port } = other.address() as { port: number };
  const { status, stdout, stderr } = await runCli([...command, flag, String(port)], {
    cwd: folderWithKeys(),
  });
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toContain(`Port ${port} is taken: the ${role} cannot listen there.`);
  expect(stderr).toContain(`${flag} ${port + 1}`);
});

test('an address that is not of this machine is refused with what to do', async () => {
  const { status, stderr } = await runCli(['instance', '--port', '0', '--host', '192.0.2.1'], {
    cwd: folderWithKeys(),
  });
  expect(status).toBe(1);
  expect(stderr).toContain('192.0.2.1 is not an address of this machine.');
});

test('no colours when the output is no terminal, and no secret in it', async () => {
  const running = startCli(['instance', '--port', '0'], { cwd: folderWithKeys() });
  await running.line(/listens on/);
  const { stdout, stderr } = await running.stop();
  expect(stdout + stderr).not.toContain(String.fromCharCode(27));
});

test('a database that is not there, and one of a newer version, are told in a line', async () => {
  const cwd = folderWithKeys();
  const env = { DATABASE_URL: `postgres://nobody@127.0.0.1:${await freePort()}/none` };
  const away = await runCli(['platform', '--port', '0'], { cwd, env });
  expect(away.status).toBe(1);
  expect(away.stderr).toMatch(/^The database cannot be opened: .*ECONNREFUSED.*\n.*DATABASE_URL[^\n]*\n$/);

  await runCli(['user', 'add', '--email', 'a@b.c', '--username', 'a'], { cwd });
  const database = openDatabase<unknown>({ file: join(cwd, 'data', 'instance.db') });
  await sql`insert into "keyferry_migration" ("scope", "number") values ('instance', 99)`.execute(
    database.db,
  );
  await database.close();
  const newer = await runCli(['instance', '--port', '0'], { cwd });
  expect(newer.status).toBe(1);
  expect(newer.stderr).toMatch(/^The database was migrated by a newer Keyferry/);
});
