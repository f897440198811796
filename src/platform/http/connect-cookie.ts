import type { Context } from 'hono';
import { setCookie } from 'hono/cookie';
import { cookieFlags, cookieHostName, randomToken, tokenIn } from '../../lib/sign-in/index.ts';
import { KeyferryError } from '../../protocol/index.ts';
import { ATTEMPT_MS, SESSION_MS } from '../connect/index.ts';
import type { PlatformContext } from '../context.ts';

type Needs = Pick<PlatformContext, 'config'>;

/** So that no neighbour plants a cookie it knows, on https. */
function cookieName({ config }: Needs): string {
  return cookieHostName(config.publicUrl, 'keyferry_connect');
}

/** The browser's own secret, or null. */
export function sentSecret(c: Context, context: Needs): string | null {
  return tokenIn(c, cookieName(context));
}

/** The browser's own secret: the one it has, or a new one; set anew either way. */
export function giveSecret(c: Context, context: Needs): string {
  const secret = sentSecret(c, context) ?? randomToken();
  const maxAge = (SESSION_MS + ATTEMPT_MS) / 1000;
  setCookie(c, cookieName(context), secret, { ...cookieFlags(context.config), maxAge });
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
