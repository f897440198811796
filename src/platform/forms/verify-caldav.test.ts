import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer as createTlsServer } from 'node:https';
import { createServer as createTcpServer } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { formApp } from '../../../test/form-apps.ts';
import { closed, listening, type Scripted, scriptedServer } from '../../../test/platform/server.ts';
import { ADA, hasRadicale, startRadicale } from '../../../test/radicale.ts';
import { temporaryFolder } from '../../../test/temp.ts';
import { verifyContext } from '../../../test/verify-context.ts';
import { verifyEntry } from './verify.ts';

const app = formApp({ verify: 'caldav' });
const KNOWN = {
  status: 207,
  body: '<?xml version="1.0"?><d:multistatus xmlns:d="DAV:"><d:response><d:current-user-principal/></d:response></d:multistatus>',
} as const;
const PASSWORD = Buffer.from(`${ADA.username}:${ADA.password}`).toString('base64');

describe.skipIf(!hasRadicale)('against Radicale', () => {
  test('the right password is taken, at the address and at the one of the user', async () => {
    const url = await startRadicale();
    await verifyEntry(verifyContext(), app, { url, ...ADA });
    await verifyEntry(verifyContext(), app, { url: `${url}ada/`, ...ADA });
  });

  test('a wrong password and an unknown user are refused', async () => {
    const url = await startRadicale();
    for (const wrong of [{ password: 'wrong' }, { username: 'eve' }]) {
      await expect(verifyEntry(verifyContext(), app, { url, ...ADA, ...wrong })).rejects.toMatchObject({
        code: 'credential_refused',
        message: expect.stringContaining('does not accept this user name and password'),
      });
    }
  });
});

test('the question is a PROPFIND of depth 0 for the principal, with the password in UTF-8', async () => {
  const server = await scriptedServer(() => KNOWN);
  await verifyEntry(verifyContext(), app, { url: `${server.url}/dav/`, ...ADA });
  expect(server.received).toMatchObject([
    {
      method: 'PROPFIND',
      url: '/dav/',
      headers: { depth: '0', authorization: `Basic ${PASSWORD}` },
      body: expect.stringContaining('current-user-principal'),
    },
  ]);
});

test.each<[string, Scripted, string]>([
  ['a page', { status: 200, body: '<html></html>' }, 'provider_malformed'],
  ['nothing', { status: 404 }, 'provider_malformed'],
  ['no such method', { status: 405 }, 'provider_malformed'],
  ['a method not implemented', { status: 501 }, 'provider_malformed'],
  ['207 of something else', { status: 207, body: '{}' }, 'provider_malformed'],
  [
    'a stranger',
    { status: 207, body: KNOWN.body.replace('current-user-principal', 'unauthenticated') },
    'credential_refused',
  ],
  ['forbidden', { status: 403 }, 'credential_refused'],
  ['busy', { status: 429 }, 'provider_busy'],
  ['a fault', { status: 500 }, 'provider_failed'],
  ['a cut connection', { drop: true }, 'provider_unreachable'],
  ['a redirect to nowhere', { status: 302 }, 'provider_refused'],
])('%s is told as what it is', async (_, answer, code) => {
  const server = await scriptedServer(() => answer);
  await expect(verifyEntry(verifyContext(), app, { url: `${server.url}/dav`, ...ADA })).rejects.toMatchObject(
    { code },
  );
});

describe('a redirect', () => {
  test('of the well-known address is followed on the same host', async () => {
    const server = await scriptedServer(({ url }) => {
      if (url === '/.well-known/caldav') return { status: 301, headers: { location: '/dav' } };
      return url === '/dav' ? { status: 308, headers: { location: '/dav/' } } : urlIs(url, '/dav/');
    });
    await verifyEntry(verifyContext(), app, { url: server.url, ...ADA });
    expect(server.received.map(({ url }) => url)).toEqual(['/', '/.well-known/caldav', '/dav', '/dav/']);
  });

  test('to another origin is not followed, and is named', async () => {
    const other = await scriptedServer(() => KNOWN);
    const server = await scriptedServer(() => ({ status: 302, headers: { location: `${other.url}/dav/` } }));
    await expect(verifyEntry(verifyContext(), app, { url: server.url, ...ADA })).rejects.toMatchObject({
      code: 'provider_refused',
      message: expect.stringContaining(other.url),
    });
    expect(other.received).toEqual([]);
  });

  test('is followed three times at most', async () => {
    const server = await scriptedServer(({ url }) => ({ status: 302, headers: { location: `${url}x` } }));
    await expect(verifyEntry(verifyContext(), app, { url: `${server.url}/d`, ...ADA })).rejects.toMatchObject(
      { code: 'provider_refused' },
    );
    expect(server.received.map(({ url }) => url)).toEqual(['/d', '/dx', '/dxx', '/dxxx']);
  });

  function urlIs(url: string, wanted: string): Scripted {
    return url === wanted ? KNOWN : { status: 404 };
  }
});

test('a server that does not answer is told as a time-out', async () => {
  const silent = createTcpServer(() => undefined);
  const url = await listening(silent as never);
  onTestFinished(() => void silent.close());
  await expect(verifyEntry(verifyContext({ deadlineMs: 200 }), app, { url, ...ADA })).rejects.toMatchObject({
    code: 'provider_unreachable',
    message: expect.stringContaining('in time'),
  });
});

test.each([
  'http://127.0.0.1:1/',
  'http://[::1]:1/',
  'http://169.254.169.254/latest',
  'http://localhost:5232/',
])('the private address %s is refused', async url => {
  await expect(
    verifyEntry(verifyContext({ addresses: 'public' }), app, { url, ...ADA }),
  ).rejects.toMatchObject({ code: 'address_refused' });
});

test('the address of the record is used where the user enters none, whatever the policy for users', async () => {
  const server = await scriptedServer(() => KNOWN);
  const fixed = formApp({ verify: 'caldav', apiBase: server.url });
  await verifyEntry(verifyContext({ addresses: 'public' }), fixed, ADA);
  expect(server.received).toHaveLength(1);
});

test.skipIf(spawnSync('openssl', ['version']).status !== 0)('a certificate of nobody is named', async () => {
  const folder = temporaryFolder();
  const [key, cert] = [`${folder}/key.pem`, `${folder}/cert.pem`];
  const subject = ['-subj', '/CN=localhost', '-days', '2'];
  const files = ['-keyout', key, '-out', cert];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...subject, ...files], {
    stdio: 'ignore',
  });
  const server = createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) });
  const url = (await listening(server as never)).replace('http:', 'https:');
  onTestFinished(() => closed(server as never));
  await expect(verifyEntry(verifyContext(), app, { url, ...ADA })).rejects.toMatchObject({
    code: 'provider_unreachable',
    message: expect.stringContaining('certificate'),
  });
});
