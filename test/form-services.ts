import { type ScriptedServer, scriptedServer } from './platform/server.ts';

/** The smallest feed that a reader takes. */
export const FEED = 'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\nEND:VCALENDAR\r\n';

const PRINCIPAL =
  '<?xml version="1.0"?><multistatus xmlns="DAV:"><response><href>/</href><propstat><prop>' +
  '<current-user-principal><href>/ada/</href></current-user-principal></prop>' +
  '<status>HTTP/1.1 200 OK</status></propstat></response></multistatus>';

/** What forms are tried at, in one strict server: CalDAV below /dav, a feed at /feed.ics, PayPal's tokens. */
export async function formServices(): Promise<ScriptedServer> {
  const ada = `Basic ${Buffer.from('ada:correct horse: é').toString('base64')}`;
  const client = `Basic ${Buffer.from('client-1:secret-1').toString('base64')}`;
  return scriptedServer(({ method, url, headers, body }) => {
    const path = url.split('?')[0];
    if (path === '/feed.ics') return { status: method === 'GET' ? 200 : 405, body: FEED };
    if (path === '/v1/oauth2/token') {
      const known = headers.authorization === client && body === 'grant_type=client_credentials';
      return known ? { body: { access_token: 'a', expires_in: 60 } } : { status: 401 };
    }
    if (path !== '/dav/' || method !== 'PROPFIND') return { status: 405 };
    if (headers.authorization !== ada) return { status: 401 };
    return headers.depth === '0' ? { status: 207, body: PRINCIPAL } : { status: 400 };
  });
}
