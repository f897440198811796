import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { beforeEach, expect, test } from 'vitest';
import { temporaryFolder } from '../../test/temp.ts';
import { openDatabase } from '../lib/db/index.ts';
import type { Finding } from '../lib/doctor/index.ts';
import { freshSecrets } from './keygen.ts';
import { freshKeys } from './testing/fresh-keys.ts';
import { freePort, runCli, startCli } from './testing/spawn-cli.ts';

const keys = freshKeys();

let cwd: string;
let env: Record<string, string>;

/** A running pair, and the variables that a doctor beside it reads. */
beforeEach(async () => {
  cwd = temporaryFolder();
  const { CALCOM_WEBAPP_URL: _webapp, CALCOM_CREDENTIAL_SYNC_ENDPOINT: _endpoint, ...secrets } = keys;
  const running = startCli(['up', '--instance-port', '0', '--platform-port', '0'], { cwd, env: secrets });
  const [, instance = '', platform = ''] = await running.line(
    /instance[\s\S]*listens on (\S+)[\s\S]*platform[\s\S]*listens on (\S+)/,
  );
  env = { ...secrets, CALCOM_WEBAPP_URL: instance, CALCOM_CREDENTIAL_SYNC_ENDPOINT: `${platform}/api/sync` };
});

async function doctor(changed: Record<string, string> = {}, args: readonly string[] = []) {
  const { status, stdout, stderr } = await runCli(['doctor', '--json', ...args], {
    cwd,
    env: { ...env, ...changed },
  });
  expect(stderr).toBe('');
  const { healthy, findings } = JSON.parse(stdout) as { healthy: boolean; findings: Finding[] };
  expect(status).toBe(healthy ? 0 : 1);
  for (const { verdict, remedy } of findings) {
    if (verdict === 'failed' || verdict === 'warning') expect(remedy).not.toBeNull();
  }
  for (const name of ['CALCOM_WEBHOOK_SECRET', 'KEYFERRY_API_KEY', 'KEYFERRY_ENCRYPTION_KEYS']) {
    expect(stdout).not.toContain(env[name]);
  }
  return { findings, failed: findings.filter(({ verdict }) => verdict === 'failed') };
}

test('a healthy pair passes every check', async () => {
  const { findings } = await doctor();
  const seen = findings.map(({ role, check, verdict }) => `${role} ${check}: ${verdict}`);
  expect(seen).toEqual([
    'instance variables: ok',
    'instance database: ok',
    'instance sealing keys: ok',
    'instance reachable: ok',
    'instance secret: ok',
    'instance encryption: not possible',
    'instance apps: ok',
    'instance clock: ok',
    'platform variables: ok',
    'platform database: ok',
    'platform sealing keys: ok',
    'platform reachable: ok',
    'platform secret: ok',
    'platform encryption: ok',
    'platform apps: ok',
    'platform clock: ok',
  ]);
});

test('for a person it prints a line a check, and the sum', async () => {
  const { status, stdout } = await runCli(['doctor', '--role', 'platform'], { cwd, env });
  expect(status).toBe(0);
  expect(stdout).toMatch(/^Platform\n {2}ok {7}variables: /);
  expect(stdout).toMatch(/\n8 ok, 0 warnings, 0 failed\n$/);
});

test('another secret fails on both sides', async () => {
  const { failed } = await doctor({ CALCOM_WEBHOOK_SECRET: freshSecrets(new Date()).CALCOM_WEBHOOK_SECRET });
  expect(failed.map(({ role, check }) => [role, check])).toEqual([
    ['instance', 'secret'],
    ['platform', 'secret'],
  ]);
});

test('another encryption key fails the round trip', async () => {
  const { failed } = await doctor({ CALCOM_APP_CREDENTIAL_ENCRYPTION_KEY: 'k'.repeat(32) });
  expect(failed).toEqual([expect.objectContaining({ role: 'platform', check: 'encryption' })]);
});

test('another header name fails like another secret', async () => {
  const { failed } = await doctor({ CALCOM_WEBHOOK_HEADER_NAME: 'x-other' });
  expect(failed.map(({ check }) => check)).toEqual(['secret', 'secret']);
});

test('sides that are not there, and addresses that are swapped', async () => {
  const nobody = `http://127.0.0.1:${await freePort()}`;
  const away = await doctor({
    CALCOM_WEBAPP_URL: nobody,
    CALCOM_CREDENTIAL_SYNC_ENDPOINT: `${nobody}/api/sync`,
  });
  expect(away.failed.map(({ role, check, detail }) => [role, check, detail])).toEqual([
    ['instance', 'reachable', `${nobody} does not answer (ECONNREFUSED)`],
    ['platform', 'reachable', `${nobody} does not answer (ECONNREFUSED)`],
  ]);
  const platform = (env.CALCOM_CREDENTIAL_SYNC_ENDPOINT ?? '').replace('/api/sync', '');
  const swapped = await doctor({
    CALCOM_WEBAPP_URL: platform,
    CALCOM_CREDENTIAL_SYNC_ENDPOINT: `${env.CALCOM_WEBAPP_URL}/api/sync`,
  });
  expect(swapped.failed.map(({ detail }) => detail)).toEqual([
    `${env.CALCOM_WEBAPP_URL} is an instance, not a platform`,
    `${platform} is a platform, not an instance`,
  ]);
});

test('every problem of the variables is a finding', async () => {
  const { failed } = await doctor({
    KEYFERRY_ENCRYPTION_KEYS: '',
    CALCOM_APP_CREDENTIAL_ENCRYPTION_KEY: 'x'.repeat(44),
  });
  const told = failed.map(({ role, detail }) => `${role}: ${detail}`);
  expect(told).toContain('instance: KEYFERRY_ENCRYPTION_KEYS is not set');
  expect(told).toContain('platform: CALCOM_APP_CREDENTIAL_ENCRYPTION_KEY has 44 characters instead of 32');
});

test('a database of a newer version fails, an absent one is only warned of', async () => {
  const data = join(temporaryFolder(), 'other');
  mkdirSync(data);
  const database = openDatabase<unknown>({ file: join(data, 'instance.db') });
  await sql`create table "keyferry_migration" ("scope" text, "number" integer)`.execute(database.db);
  await sql`insert into "keyferry_migration" values ('instance', 99), ('lib', 1)`.execute(database.db);
  await database.close();
  const { findings, failed } = await doctor({}, ['--data', data]);
  expect(failed).toEqual([expect.objectContaining({ role: 'instance', check: 'database' })]);
  expect(failed[0]?.detail).toContain('schema is 99');
  expect(findings.find(({ role, check }) => role === 'platform' && check === 'database')?.verdict).toBe(
    'warning',
  );
});

test('a database that cannot be opened fails', async () => {
  const data = temporaryFolder();
  writeFileSync(
    join(data, 'instance.db'),
    'this is no database, and long enough to be looked at as one'.repeat(20),
  );
  const { failed } = await doctor({}, ['--role', 'instance', '--data', data]);
  expect(failed).toEqual([expect.objectContaining({ check: 'database' })]);
  const { failed: unreachable } = await doctor(
    { DATABASE_URL: `postgres://nobody@127.0.0.1:${await freePort()}/none` },
    ['--role', 'instance'],
  );
  expect(unreachable).toEqual([expect.objectContaining({ check: 'database' })]);
});
