import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { browser } from '../../test/platform/browser.ts';
import { setOut } from '../../test/platform/connect-page.ts';
import { temporaryFolder } from '../../test/temp.ts';
import { aesKey, encryptKeys } from '../protocol/index.ts';
import { freshKeys } from './testing/fresh-keys.ts';
import { freePort, type Running, runCli, startNode } from './testing/spawn-cli.ts';

const keys = freshKeys();
const bearer = { authorization: `Bearer ${keys.KEYFERRY_API_KEY}`, 'content-type': 'application/json' };

/** Starts an example for real, on the sources of this clone. */
async function start(name: string, cwd: string): Promise<{ url: string; running: Running }> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const file = fileURLToPath(new URL(`../../examples/${name}/server.ts`, import.meta.url));
  const env = { ...keys, PORT: String(port), KEYFERRY_PLATFORM_URL: url };
  const running = startNode(['--conditions=keyferry-source', file], { cwd, env });
  for (;;) {
    if (running.child.exitCode !== null) throw new Error(`It ended: ${running.output.stderr}`);
    const answer = await fetch(`${url}/api/openapi.json`).catch(() => null);
    if (answer?.status === 200) return { url, running };
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}

test('receive-only: a pushed credential is usable by a function call', async () => {
  const cwd = temporaryFolder();
  const { url, running } = await start('receive-only', cwd);
  await runCli(['user', 'add', '--email', 'ada@example.com', '--username', 'ada'], { cwd, env: keys });
  const enabled = await fetch(`${url}/api/keyferry/v1/apps/google-calendar`, {
    method: 'PUT',
    headers: bearer,
    body: '{"enabled":true}',
  });
  expect(enabled.status).toBe(200);
  const none = await fetch(`${url}/my/calendar?userId=1`);
  expect([none.status, await none.json()]).toMatchObject([
    409,
    { usable: false, reason: 'credential_not_found' },
  ]);

  const token = JSON.stringify({ access_token: 'ya29.example', expiry_date: Date.now() + 3_600_000 });
  const pushed = await fetch(`${url}/api/webhook/app-credential`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'calcom-webhook-secret': keys.CALCOM_WEBHOOK_SECRET,
    },
    body: JSON.stringify({
      userId: 1,
      appSlug: 'google-calendar',
      keys: encryptKeys(token, aesKey(keys.CALCOM_APP_CREDENTIAL_ENCRYPTION_KEY)),
    }),
  });
  expect(await pushed.json()).toEqual({ message: 'Credentials created for userId: 1' });
  const usable = await fetch(`${url}/my/calendar?userId=1`);
  expect([usable.status, await usable.json()]).toMatchObject([200, { usable: true }]);
  expect((await running.stop('SIGINT')).status).toBe(0);
});

test("embed-platform: the host's page leads its user to the provider's consent", async () => {
  const { url, running } = await start('embed-platform', temporaryFolder());
  const early = await fetch(`${url}/settings/calendar`, { redirect: 'manual' });
  expect(early.status).toBe(502);
  const set = await fetch(`${url}/api/keyferry/v1/apps/google-calendar`, {
    method: 'PUT',
    headers: bearer,
    body: JSON.stringify({ keys: { client_id: 'the-client', client_secret: 'its-secret' } }),
  });
  expect(set.status).toBe(200);
  const link = await fetch(`${url}/settings/calendar`, { redirect: 'manual' });
  expect(link.headers.get('location')).toMatch(`${url}/connect/`);
  const address = new URL(await setOut(browser({}), link.headers.get('location') ?? ''));
  expect(address.origin).toBe('https://accounts.google.com');
  expect(Object.fromEntries(address.searchParams)).toMatchObject({
    client_id: 'the-client',
    redirect_uri: `${url}/api/connect/callback`,
    code_challenge_method: 'S256',
  });
  expect((await running.stop('SIGINT')).status).toBe(0);
});
