// The instance's side inside a server of your own: it receives credentials beside your routes, and your code
// gets working access tokens without an HTTP call.
//
//   keyferry keygen > .env
//   node --conditions=keyferry-source --env-file=.env examples/receive-only/server.ts
// (the condition takes the sources of this clone; an installed package needs none)
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { createInstance, type Instance, type InstanceConfig, readInstanceConfig } from 'keyferry/instance';

export async function createApp(config: InstanceConfig): Promise<{ app: Hono; instance: Instance }> {
  const instance = await createInstance(config);
  const app = new Hono();

  // Your own route: who is asking is your session's business.
  app.get('/my/token', async c => {
    const userId = Number(c.req.query('userId'));
    const { expiresAt } = await instance.accessToken({ userId, appSlug: 'google-calendar' });
    return c.json({ working: true, expiresAt });
  });

  // The webhook alone. Mount "/api/*" for the whole API.
  app.post('/api/webhook/app-credential', c => instance.fetch(c.req.raw));
  return { app, instance };
}

if (process.argv[1] === import.meta.filename) {
  const { app, instance } = await createApp(readInstanceConfig(process.env));
  const port = Number(process.env.PORT ?? 3000);
  const server = serve({ fetch: app.fetch, port, hostname: '127.0.0.1' });
  process.once('SIGINT', () => server.close(() => void instance.close()));
}
