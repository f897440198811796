import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { instanceConfig, startInstance } from '../../test/instance.ts';
import { temporaryFolder } from '../../test/temp.ts';
import { runCli } from './testing/spawn-cli.ts';

test('lists 108 apps with their kinds and categories, and counts them', async () => {
  const { status, stdout, stderr } = await runCli(['apps'], { cwd: temporaryFolder() });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const lines = stdout.trimEnd().split('\n');
  expect(lines[0]).toMatch(/^APP +CREDENTIAL +CATEGORY +STATE +NAME$/);
  expect(lines.indexOf('108 apps')).toBe(110);
  expect(stdout).toMatch(/^msteams +oauth2 +conferencing +- +Microsoft 365\/Teams/m);
  expect(stdout).toContain('By credential: none 68, oauth2 22, basic 5, ');
  expect(stdout).toContain('By category: conferencing 29, automation 24, ');
});

test('prints them as JSON, the operator’s own among them', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'apps.yaml');
  writeFileSync(
    file,
    'apps:\n  - { slug: acme, name: Acme, categories: [crm], form: { kind: api_key, fields: [{ name: key, label: Key, input: password }] } }\n',
  );
  const { status, stdout } = await runCli(['apps', '--json'], {
    cwd: folder,
    env: { KEYFERRY_APPS_FILE: file },
  });
  expect(status).toBe(0);
  const listed = JSON.parse(stdout);
  expect(listed).toMatchObject({ count: 109, kinds: { oauth2: 22, api_key: 4 }, categories: { crm: 8 } });
  expect(listed.apps).toHaveLength(109);
  expect(listed.apps).toContainEqual({
    slug: 'acme',
    dirName: 'acme',
    type: 'acme_crm',
    name: 'Acme',
    kind: 'api_key',
    categories: ['crm'],
    connect: 'form',
    keys: [],
    state: null,
  });
});

test('tells what the operator of the instance has made of each', async () => {
  const folder = temporaryFolder();
  const { instance, api } = await startInstance(
    instanceConfig({ file: join(folder, 'data', 'instance.db') }),
  );
  await api('PUT', '/api/keyferry/v1/apps/giphy', { enabled: true, keys: { app_key: 'a key of the tests' } });
  await api('PUT', '/api/keyferry/v1/apps/zoom', { enabled: true });
  await api('PUT', '/api/keyferry/v1/apps/webex', { enabled: false });
  await instance.close();
  const { stdout } = await runCli(['apps', '--json'], { cwd: folder });
  const states = new Map(
    JSON.parse(stdout).apps.map((app: { slug: string; state: string }) => [app.slug, app.state]),
  );
  expect(['giphy', 'zoom', 'webex'].map(slug => states.get(slug))).toEqual([
    'enabled',
    'keys missing',
    'disabled',
  ]);
});

test('a faulty file of the operator is told, and nothing listed', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'apps.json');
  writeFileSync(file, '{"providers": {"zomo": {}}}');
  const { status, stdout, stderr } = await runCli(['apps'], {
    cwd: folder,
    env: { KEYFERRY_APPS_FILE: file },
  });
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toContain(`(${file}:1:16) providers: there is no app zomo`);
});
