import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { SignInContext } from './context.ts';
import { LIFE_MS } from './sessions.ts';

/** As long as browsers keep a cookie, in seconds. */
const MARK_S = 400 * 86_400;

type Needs = Pick<SignInContext, 'role' | 'publicUrl'>;

/**
 * A name of its own for each role: cookies do not tell ports apart, and both may run on one host. No neighbour
 * can plant a session on https.
 */
export function cookieName({ role, publicUrl }: Needs): string {
  return cookieHostName(publicUrl, `keyferry_${role}`);
}

/** A cookie's name at an address: on https one that only this host can set. */
export function cookieHostName(publicUrl: string, name: string): string {
  return `${isHttps(publicUrl) ? '__Host-' : ''}${name}`;
}

/** The token that the browser sent, or null. */
export function sentToken(c: Context, context: Needs): string | null {
  return tokenIn(c, cookieName(context));
}

/** What a cookie holds if it has the form of a token, or null. */
export function tokenIn(c: Context, name: string): string | null {
  const token = getCookie(c, name);
  return token !== undefined && /^[\w-]{43}$/.test(token) ? token : null;
}

/** Whether the browser sent a session cookie, of whatever worth. */
export function hasCookie(c: Context, context: Needs): boolean {
  return getCookie(c, cookieName(context)) !== undefined;
}

export function giveToken(c: Context, context: Needs, token: string): void {
  setCookie(c, cookieName(context), token, { ...cookieFlags(context), maxAge: LIFE_MS / 1000 });
}

/** The mark of an earlier sign-in, or null. It stays after signing out. */
export function sentMark(c: Context, context: Needs): string | null {
  return getCookie(c, markName(context)) ?? null;
}

export function giveMark(c: Context, context: Needs, mark: string): void {
  setCookie(c, markName(context), mark, { ...cookieFlags(context), maxAge: MARK_S });
}

function markName(context: Needs): string {
  return `${cookieName(context)}_known`;
}

export function takeToken(c: Context, context: Needs): void {
  deleteCookie(c, cookieName(context), cookieFlags(context));
}

/** The flags of each of our cookies. */
export function cookieFlags({ publicUrl }: Pick<Needs, 'publicUrl'>) {
  return { path: '/', httpOnly: true, sameSite: 'Lax', secure: isHttps(publicUrl) } as const;
}

function isHttps(url: string): boolean {
  return url.startsWith('https:');
}
