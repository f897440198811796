import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { Hono } from 'hono';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../../test/temp.ts';
import { answerUnmatched, listen } from '../http/index.ts';
import { answerPages } from './index.ts';

const SCRIPT = 'console.log("the application");'.repeat(20);
const INDEX = `<!doctype html><head><meta name="keyferry-nonce" content="__NONCE__">
<meta name="keyferry-role" content="__ROLE__"></head>`;

/** An application with the pages of a folder, and a file beside that folder which nobody may have. */
function setUp({ built = true } = {}) {
  const parent = temporaryFolder();
  const folder = join(parent, 'web');
  writeFileSync(join(parent, 'secret.txt'), 'a secret');
  function build(): void {
    mkdirSync(join(folder, 'assets'), { recursive: true });
    writeFileSync(join(folder, 'index.html'), INDEX);
    writeFileSync(join(folder, 'index.html.br'), 'packed');
    writeFileSync(join(folder, 'favicon.svg'), '<svg/>');
    writeFileSync(join(folder, 'assets', 'main-1a2b.js'), SCRIPT);
    writeFileSync(join(folder, 'assets', 'main-1a2b.js.br'), brotliCompressSync(SCRIPT));
    writeFileSync(join(folder, 'assets', 'main-1a2b.js.gz'), gzipSync(SCRIPT));
    writeFileSync(join(folder, 'assets', 'main-1a2b.css'), 'a{}');
  }
  if (built) build();
  const app = new Hono();
  app.post('/api/things', c => c.text('made'));
  app.notFound(
    answerPages({
      role: 'instance',
      otherwise: answerUnmatched(app),
      folder: pathToFileURL(`${folder}/`),
    }),
  );
  const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
    Promise.resolve(app.request(path, { method, headers }));
  return { app, get, build };
}

const HTML = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

describe('the page', () => {
  test.each(['/', '/settings/admin/apps', '/unknown/path', '/index.html'])(
    'is answered at %s',
    async path => {
      const { get } = setUp();
      const response = await get(path, HTML);
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(response.headers.get('cache-control')).toBe('no-store');
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
      expect(response.headers.get('referrer-policy')).toBe('no-referrer');
      expect(response.headers.get('cross-origin-opener-policy')).toBe('same-origin');
      const text = await response.text();
      const [, nonce = ''] = /keyferry-nonce" content="([\w+/=]{24})"/.exec(text) ?? [];
      expect(text).toContain('keyferry-role" content="instance"');
      expect(response.headers.get('content-security-policy')).toBe(
        `default-src 'none'; script-src 'self'; style-src 'self' 'nonce-${nonce}'; img-src 'self' data:; ` +
          "connect-src 'self'; font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; " +
          "frame-ancestors 'none'",
      );
    },
  );

  test('has another nonce each time', async () => {
    const { get } = setUp();
    const policies = await Promise.all(
      [1, 2, 3].map(async () => (await get('/', HTML)).headers.get('content-security-policy')),
    );
    expect(new Set(policies).size).toBe(3);
  });

  test.each([
    ['GET', '/nothing', {}, 404, 'not_found'],
    ['GET', '/nothing', { accept: '*/*' }, 404, 'not_found'],
    ['GET', '/api/nothing', HTML, 404, 'not_found'],
    ['GET', '/api', HTML, 404, 'not_found'],
    ['GET', '/health/nothing', HTML, 404, 'not_found'],
    ['GET', '/api/things', HTML, 405, 'method_not_allowed'],
    ['POST', '/settings', HTML, 404, 'not_found'],
    ['GET', '/assets/nothing.js', HTML, 404, 'not_found'],
  ])('%s %s with %o is not one', async (method, path, headers, status, code) => {
    const { get } = setUp();
    const response = await get(path, headers as Record<string, string>, method);
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(await response.json()).toMatchObject({ code });
  });

  test('that is not built is said to be so, until it is', async () => {
    const { get, build } = setUp({ built: false });
    const response = await get('/', HTML);
    expect(response.status).toBe(503);
    expect(await response.text()).toContain('npm run build:web');
    expect((await get('/assets/main-1a2b.js')).status).toBe(404);
    build();
    expect((await get('/', HTML)).status).toBe(200);
  });
});

describe('a file', () => {
  test.each([
    ['/assets/main-1a2b.js', 'text/javascript; charset=utf-8', 'public, max-age=31536000, immutable'],
    ['/assets/main-1a2b.css', 'text/css; charset=utf-8', 'public, max-age=31536000, immutable'],
    ['/favicon.svg', 'image/svg+xml', 'no-cache'],
  ])('%s has its type and its time', async (path, type, caching) => {
    const response = await setUp().get(path, HTML);
    expect(response.headers.get('content-type')).toBe(type);
    expect(response.headers.get('cache-control')).toBe(caching);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  });

  test.each([
    ['br', 'gzip, deflate, br;q=0.9', 'br'],
    ['gzip', 'gzip', 'gzip'],
    ['what is not refused', 'br;q=0, gzip;q=0.5', 'gzip'],
    ['nothing', '', null],
    ['nothing that is not there', 'zstd', null],
  ])('is packed for a browser that takes %s', async (_, accepted, encoding) => {
    const { url, close } = await listen(setUp().app.fetch, { port: 0, host: '127.0.0.1' });
    const response = await fetch(`${url}/assets/main-1a2b.js`, { headers: { 'accept-encoding': accepted } });
    expect(response.headers.get('content-encoding')).toBe(encoding);
    expect(response.headers.get('vary')).toBe('accept-encoding');
    expect(await response.text()).toBe(SCRIPT);
    await close(0);
  });

  test('without a packed form is sent as it is', async () => {
    const response = await setUp().get('/assets/main-1a2b.css', { 'accept-encoding': 'br' });
    expect(response.headers.has('content-encoding')).toBe(false);
    expect(await response.text()).toBe('a{}');
  });

  test('that the browser has is not sent again', async () => {
    const { get } = setUp();
    const headers = { 'accept-encoding': 'br' };
    const first = await get('/assets/main-1a2b.js', headers);
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[\w-]{22}-br"$/);
    const again = await get('/assets/main-1a2b.js', { ...headers, 'if-none-match': `"other", W/${etag}` });
    expect(again.status).toBe(304);
    expect(again.headers.get('etag')).toBe(etag);
    expect(await again.text()).toBe('');
    const plain = await get('/assets/main-1a2b.js', { 'if-none-match': etag });
    expect(plain.status).toBe(200);
  });

  test('answers HEAD without its bytes', async () => {
    const response = await setUp().get('/assets/main-1a2b.js', {}, 'HEAD');
    expect([response.status, await response.text()]).toEqual([200, '']);
  });

  test.each([
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/assets/..%2f..%2fsecret.txt',
    '/assets/%2e%2e/%2e%2e/secret.txt',
    '/assets/..%5c..%5csecret.txt',
    '//secret.txt',
    '/assets/main-1a2b.js%00.txt',
    '/assets/main-1a2b.js.br',
    '/index.html.br',
    '/assets',
    '/assets/',
  ])('is not what %s leads to', async path => {
    // Over a socket, so that nothing tidies the path up before it is sent.
    const { url, close } = await listen(setUp().app.fetch, { port: 0, host: '127.0.0.1' });
    const { request } = await import('node:http');
    const { hostname, port } = new URL(url);
    const [status, text] = await new Promise<[number | undefined, string]>((resolve, reject) => {
      const asked = request({ hostname, port, path }, answer => {
        let body = '';
        answer.setEncoding('utf8').on('data', part => {
          body += part;
        });
        answer.on('end', () => resolve([answer.statusCode, body]));
      });
      asked.on('error', reject).end();
    });
    expect([400, 404]).toContain(status);
    expect(text).not.toContain('a secret');
    expect(text).not.toContain('the application');
    await close(0);
  });
});
