import type { Interception } from './wiretap.ts';

/** The secret that a request is about: a refresh token, a ciphertext, a bearer token, the shared secret. */
function secretOf(request: Request, body: string): string {
  const form = new URLSearchParams(body);
  const json = body.startsWith('{') ? (JSON.parse(body) as { keys?: unknown }) : {};
  const [, bearer] = /^Bearer (.*)$/.exec(request.headers.get('authorization') ?? '') ?? [];
  const { keys } = json;
  const found = form.get('refresh_token') ?? form.get('token') ?? form.get('code') ?? keys ?? bearer;
  return typeof found === 'string' ? found : (request.headers.get('calcom-webhook-secret') ?? '');
}

/** All that came, as a careless server repeats it. */
function repeated(request: Request, body: string): string {
  const headers = [...request.headers].map(pair => pair.join(': ')).join('\n');
  return `${secretOf(request, body)} ${new URLSearchParams(body).get('client_secret')} ${body}
${headers} ${request.url}`;
}

function json(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json', ...headers },
  });
}

function html(status: number, text: string): Response {
  return new Response(`<html>${text}</html>`, { status, headers: { 'content-type': 'text/html' } });
}

/** Servers that fail, each in a way of its own, and repeat the secrets that they were sent. */
export const FAULTS: Readonly<Record<string, Interception>> = {
  'a dead grant': (request, body) =>
    json(400, { error: 'invalid_grant', error_description: repeated(request, body) }),
  'a refused client': (request, body) =>
    json(401, { error: 'invalid_client', error_description: repeated(request, body) }),
  'the secret as its error': (request, body) => {
    const secret = secretOf(request, body);
    return json(400, { error: secret, code: secret, message: secret });
  },
  'words of its own': (request, body) => json(422, { code: 'bad', message: repeated(request, body) }),
  'a detail of its own': (request, body) =>
    json(403, { detail: encodeURIComponent(repeated(request, body)) }),
  'a broken server': (request, body) => json(500, { error: { message: repeated(request, body) } }),
  'a broken server in HTML': (request, body) => html(502, repeated(request, body)),
  'HTML for an answer': (request, body) => html(200, repeated(request, body)),
  'JSON that breaks off': (request, body) => new Response(`{"access_token":"${secretOf(request, body)}`),
  'no JSON': (request, body) => new Response(secretOf(request, body)),
  'JSON with a secret for a value': (request, body) =>
    new Response(`{"access_token":${secretOf(request, body)}}`),
  'no token': (request, body) => json(200, { message: repeated(request, body) }),
  'a token of another type': (request, body) => json(200, { access_token: [secretOf(request, body)] }),
  'a token that no header carries': (request, body) =>
    json(200, { access_token: `${secretOf(request, body)}\n` }),
  'too many requests': (request, body) =>
    json(429, { message: repeated(request, body) }, { 'retry-after': '7' }),
  'a redirect': (request, body) => {
    const to = new URLSearchParams({ token: secretOf(request, body) });
    return new Response(null, { status: 302, headers: { location: `https://elsewhere.example/?${to}` } });
  },
  'too long an answer': (request, body) => new Response(secretOf(request, body).padEnd(1_100_000, '.')),
};
