import { expect, test } from 'vitest';
import { formApp } from '../../../test/form-apps.ts';
import { type Scripted, scriptedServer } from '../../../test/platform/server.ts';
import { verifyContext } from '../../../test/verify-context.ts';
import { verifyEntry } from './verify.ts';

const KEYS = { client_id: 'id', secret_key: 'secret', webhook_id: 'w' };

test('a token is asked for with the user’s own client', async () => {
  const server = await scriptedServer(() => ({ body: { access_token: 'a', expires_in: 1 } }));
  await verifyEntry(verifyContext(), formApp({ verify: 'paypal', apiBase: server.url }), KEYS);
  expect(server.received).toMatchObject([
    {
      method: 'POST',
      url: '/v1/oauth2/token',
      headers: { authorization: `Basic ${Buffer.from('id:secret').toString('base64')}` },
      body: 'grant_type=client_credentials',
    },
  ]);
});

test.each<[Scripted, string]>([
  [{ status: 401, body: { error: 'invalid_client' } }, 'credential_refused'],
  [{ status: 400 }, 'credential_refused'],
  [{ status: 429 }, 'provider_busy'],
  [{ status: 500 }, 'provider_failed'],
  [{ body: {} }, 'provider_malformed'],
  [{ drop: true }, 'provider_unreachable'],
])('%j is %s', async (answer, code) => {
  const server = await scriptedServer(() => answer);
  const app = formApp({ verify: 'paypal', apiBase: server.url });
  await expect(verifyEntry(verifyContext(), app, KEYS)).rejects.toMatchObject({ code });
});
