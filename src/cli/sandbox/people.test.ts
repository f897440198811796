import { expect, test } from 'vitest';
import { temporaryFolder } from '../../../test/temp.ts';
import { startCli } from '../testing/spawn-cli.ts';
import { ADMIN_EMAIL } from './people.ts';

const ANY_PORTS = ['--instance-port', '0', '--platform-port', '0'];
const FRESH = 'a password of my own';

test("the admin's one-time password opens both roles, for its change alone, and is never shown again", async () => {
  const cwd = temporaryFolder();
  const first = startCli(['up', '--sandbox', ...ANY_PORTS], { cwd });
  await first.line(/Ctrl-C/);
  expect(first.output.stdout).not.toContain('#code=');
  const [, password = ''] = await first.line(/one-time password (\S+)/);
  for (const role of ['Instance', 'Platform']) {
    const [, url = ''] = await first.line(new RegExp(`${role}\\s+(\\S+)`));
    const send = (method: string, path: string, body: object, cookie = '') =>
      fetch(`${url}${path}`, {
        method,
        headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin', cookie },
        body: JSON.stringify(body),
      });
    const signedIn = await send('POST', '/api/session', { email: ADMIN_EMAIL, password });
    expect(await signedIn.json()).toMatchObject({
      user: { email: ADMIN_EMAIL, role: 'admin', mustChangePassword: true },
      setupNeeded: false,
    });
    const [cookie = ''] = (signedIn.headers.get('set-cookie') ?? '').split(';');
    const apps = () => fetch(`${url}/api/keyferry/v1/apps`, { headers: { cookie } });
    expect((await apps()).status).toBe(403);
    const change = { current: password, password: FRESH };
    expect((await send('PUT', '/api/session/password', change, cookie)).status).toBe(200);
    expect((await apps()).status).toBe(200);
  }
  expect((await first.stop()).status).toBe(0);

  const second = startCli(['up', '--sandbox', ...ANY_PORTS], { cwd });
  await second.line(/Ctrl-C/);
  expect(second.output.stdout).not.toMatch(/password|#code=/);
  const [, url = ''] = await second.line(/Instance\s+(\S+)/);
  const again = await fetch(`${url}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: ADMIN_EMAIL, password: FRESH }),
  });
  expect(await again.json()).toMatchObject({ user: { mustChangePassword: false } });
});
