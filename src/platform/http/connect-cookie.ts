import type { Context } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { KeyferryError } from '../../protocol/index.ts';
import { ATTEMPT_MS, randomSecret, SESSION_MS } from '../connect/index.ts';
import type { PlatformContext } from '../context.ts';

type Needs = Pick<PlatformContext, 'config'>;

/** On https a name that only this host can set, so that no neighbour plants a cookie it knows. */
function cookieName({ config }: Needs): string {
  return isHttps(config.publicUrl) ? '__Host-keyferry_connect' : 'keyferry_connect';
}

function isHttps(url: string): boolean {
  return url.startsWith('https:');
}

/** The browser's own secret, or null. */
export function sentSecret(c: Context, context: Needs): string | null {
  const given = getCookie(c, cookieName(context));
  return given !== undefined && /^[\w-]{43}$/.test(given) ? given : null;
}

/** The browser's own secret: the one it has, or a new one; set anew either way. */
export function giveSecret(c: Context, context: Needs): string {
  const secret = sentSecret(c, context) ?? randomSecret();
  setCookie(c, cookieName(context), secret, {
    path: '/',
    httpOnly: true,
    sameSite: 'Lax',
    secure: isHttps(context.config.publicUrl),
    maxAge: (SESSION_MS + ATTEMPT_MS) / 1000,
  });
  return secret;
}

/**
 * Takes a change from our own pages alone. A browser names the page that asks: its origin, or where that is
 * left out the kind of site.
 * @throws KeyferryError origin_refused
 */
export function refuseElsewhere(c: Context, { config }: Needs): void {
  const origin = c.req.header('origin');
  const ours =
    origin === undefined
      ? c.req.header('sec-fetch-site') === 'same-origin'
      : origin === new URL(config.publicUrl).origin;
  if (ours) return;
  throw new KeyferryError('origin_refused', 'This is taken from the connect page alone.', {
    remedy: `Open the link at ${new URL(config.publicUrl).origin}.`,
  });
}
