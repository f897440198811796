// The instance's side inside a server of your own: it receives credentials beside your routes, and your code
// gets working access tokens by a function call.
//
//   keyferry keygen > .env
//   node --conditions=keyferry-source --env-file=.env examples/receive-only/server.ts
// (the condition takes the sources of this clone; an installed package needs none)
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { createInstance, readInstanceConfig } from 'keyferry/instance';
import { isKeyferryError } from 'keyferry/protocol';

const instance = await createInstance(readInstanceConfig(process.env));
const app = new Hono();

// Keyferry's routes: the webhook, and the API behind the API key.
app.all('/api/*', c => instance.fetch(c.req.raw));

// A route of yours. Who is asking is your session's business.
app.get('/my/calendar', async c => {
  try {
    const userId = Number(c.req.query('userId'));
    const { accessToken, expiresAt } = await instance.accessToken({ userId, appSlug: 'google-calendar' });
    return c.json({ usable: accessToken !== '', expiresAt });
  } catch (error) {
    if (!isKeyferryError(error)) throw error;
    return c.json({ usable: false, reason: error.code, remedy: error.remedy }, 409);
  }
});

const server = serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 3000), hostname: '127.0.0.1' });
process.once('SIGINT', () => server.close(() => void instance.close()));
