import { expect, onTestFinished, test } from 'vitest';
import { heldClock } from '../../../test/clock.ts';
import { type Scripted, scriptedServer } from '../../../test/platform/server.ts';
import { createCatalogue, isOAuthApp } from '../../apps/index.ts';
import { createOutbound } from '../../lib/outbound.ts';
import { lookUp, oauthClient } from './index.ts';

const KEYS = { client_id: 'ca_1', client_secret: 'sk_1', user_agent: 'Acme (ops@acme.example)' };

async function setUp(slug: string, path: string) {
  const provider = await scriptedServer();
  const outbound = createOutbound({ deadlineMs: 500, maxBytes: 1_000, addresses: 'any' });
  onTestFinished(() => outbound.close());
  const app = createCatalogue({ [slug]: { lookupEndpoint: `${provider.url}${path}` } }).get(slug);
  if (app === undefined || !isOAuthApp(app)) throw new Error(`no app ${slug}`);
  const by = oauthClient(app, KEYS);
  const look = (wire: Record<string, unknown> = {}) =>
    lookUp(outbound, by, { accessToken: 'access-1', wire }, heldClock().now);
  return { provider, look };
}

const STRIPE = '/v1/accounts/{stripe_user_id}';

test('asks with the client secret, at a path that the token answer fills', async () => {
  const { provider, look } = await setUp('stripe', STRIPE);
  provider.answer = () => ({ body: { id: 'acct_1', default_currency: 'eur' } });
  const found = { kind: 'found', members: { default_currency: 'eur' } };
  expect(await look({ stripe_user_id: 'acct_1' })).toEqual(found);
  expect(await look({ stripe_user_id: 'a/../b?c' })).toEqual(found);
  const [first, second] = provider.received;
  expect(first).toMatchObject({ method: 'GET', url: '/v1/accounts/acct_1', body: '' });
  expect(first?.headers.authorization).toBe('Bearer sk_1');
  expect(second?.url).toBe('/v1/accounts/a%2F..%2Fb%3Fc');
});

test("asks with the user's token, and with the headers of the record", async () => {
  const { provider, look } = await setUp('basecamp3', '/authorization.json');
  await look();
  expect(provider.received[0]?.headers).toMatchObject({
    authorization: 'Bearer access-1',
    'user-agent': KEYS.user_agent,
    accept: 'application/json',
  });
});

test('asks nothing where the record asks for nothing', async () => {
  const { provider, look } = await setUp('zoom', '/nothing');
  expect([await look(), provider.received]).toEqual([{ kind: 'found', members: {} }, []]);
});

test('takes no path that leads elsewhere', async () => {
  const { provider, look } = await setUp('stripe', STRIPE);
  await expect(look({ stripe_user_id: '..' })).rejects.toMatchObject({ code: 'address_refused' });
  expect(provider.received).toEqual([]);
});

const SECRET = 'said-by-the-provider';

test.each<[string, Scripted | null, string]>([
  ['429', { status: 429, headers: { 'retry-after': '7' } }, 'busy'],
  ['500', { status: 500, body: SECRET }, 'failed'],
  ['401', { status: 401, body: SECRET }, 'client'],
  ['404', { status: 404, body: SECRET }, 'request'],
  ['a redirect', { status: 302, headers: { location: 'https://evil.example' } }, 'request'],
  ['HTML', { body: SECRET }, 'malformed'],
  ['another type', { body: { default_currency: { of: SECRET } } }, 'malformed'],
  ['what is too long', { body: SECRET.repeat(100) }, 'malformed'],
  ['a dropped connection', { drop: true }, 'unanswered'],
  ['no answer', null, 'unanswered'],
])('tells %s by its kind, and repeats nothing of it', async (_, scripted, kind) => {
  const { provider, look } = await setUp('stripe', STRIPE);
  provider.answer = () => scripted ?? new Promise(() => undefined);
  const outcome = await look({ stripe_user_id: 'acct_1' });
  expect(outcome).toMatchObject({
    kind,
    reason: expect.stringMatching(/^the look-up of the account/),
    retryAfterMs: kind === 'busy' ? 7_000 : null,
  });
  expect(JSON.stringify(outcome)).not.toContain(SECRET);
});
