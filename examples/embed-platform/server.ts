// The platform's side inside a product of your own, on plain node:http: your users connect their apps under
// your address, and Keyferry delivers to the instance.
//
//   keyferry keygen > .env; echo KEYFERRY_PLATFORM_URL=http://localhost:4000 >> .env
//   node --conditions=keyferry-source --env-file=.env examples/embed-platform/server.ts
// (the condition takes the sources of this clone; an installed package needs none)
import { createServer, type IncomingMessage } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { createPlatform, readPlatformConfig } from 'keyferry/platform';

/** Your users, and who each of them is on the instance. */
const users = new Map([['ada', { calcomUserId: 1 }]]);

const config = readPlatformConfig(process.env);
const platform = await createPlatform(config);
platform.start();
const keyferry = getRequestListener(platform.fetch);

const server = createServer((request, response) => {
  const path = new URL(request.url ?? '/', config.publicUrl).pathname;
  if (path !== '/settings/calendar') return void keyferry(request, response);
  connectLink(signedInUser(request)).then(
    location => response.writeHead(303, { location }).end(),
    () => response.writeHead(502).end('The calendar cannot be connected now.'),
  );
});

/** Stands for your session. */
function signedInUser(_request: IncomingMessage): string {
  return 'ada';
}

/** A one-time link on which this user connects a calendar. */
async function connectLink(user: string): Promise<string> {
  const request = new Request(`${config.publicUrl}/api/keyferry/v1/connect-sessions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${config.apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      externalUserId: user,
      calcomUserId: users.get(user)?.calcomUserId,
      apps: ['google-calendar'],
      returnUrl: `${config.publicUrl}/settings`,
    }),
  });
  const answer = await platform.fetch(request);
  if (answer.status !== 201) throw new Error(`No connect session: ${answer.status}`);
  return ((await answer.json()) as { url: string }).url;
}

server.listen(Number(process.env.PORT ?? 4000), '127.0.0.1');
process.once('SIGINT', () => server.close(() => void platform.close()));
