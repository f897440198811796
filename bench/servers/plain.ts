import { createDecipheriv, createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DatabaseLocation } from '../../src/lib/db/index.ts';
import { open } from '../../src/lib/sealed-box.ts';
import { AES_KEY, API_KEY, KEYRING, SECRET, SLUG } from '../fixture.ts';
import { bareStore } from './bare-store.ts';
import { reportTo } from './report.ts';

// What somebody writes in an afternoon: node:http, verify, decrypt, one upsert; or read a row and open it.
const store = bareStore(JSON.parse(process.argv[2] ?? '{}') as DatabaseLocation);
const digest = (text: string) => createHash('sha256').update(text).digest();
const [secret, bearer] = [digest(SECRET), digest(`Bearer ${API_KEY}`)];

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

const server = createServer(async (request, response) => {
  const body = JSON.parse(await bodyOf(request));
  if (request.url === '/api/webhook/app-credential') {
    if (!timingSafeEqual(digest(String(request.headers['calcom-webhook-secret'])), secret)) return refuse();
    const [iv = '', text = ''] = body.keys.split(':');
    const decipher = createDecipheriv('aes-256-cbc', AES_KEY, Buffer.from(iv, 'hex'));
    const json = decipher.update(text, 'hex', 'utf8') + decipher.final('utf8');
    JSON.parse(json);
    await store.upsert(body.userId, json);
    return answer({ message: `Credentials updated for userId: ${body.userId}` });
  }
  if (!timingSafeEqual(digest(String(request.headers.authorization)), bearer)) return refuse();
  const sealed = await store.read(body.userId);
  const token = JSON.parse(open(KEYRING, sealed, `credential:${body.userId}:${SLUG}:`));
  return answer({
    access_token: token.access_token,
    token_type: token.token_type,
    expires_at: token.expiry_date,
  });

  function answer(value: unknown): void {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
  }
  function refuse(): void {
    response.writeHead(403).end();
  }
});
server.listen(0, '127.0.0.1', () => {
  reportTo(process, `http://127.0.0.1:${(server.address() as AddressInfo).port}`, async () => {
    server.close();
    server.closeAllConnections();
    await store.close();
  });
});
