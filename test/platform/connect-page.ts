import type { SessionView } from '../../src/platform/connect/index.ts';
import type { Browser } from './browser.ts';

/** Opens a one-time link as the connect page does. */
export function openLink(browser: Browser, link: string): Promise<Response> {
  const { origin, pathname } = new URL(link);
  return browser.ask('POST', `${origin}/api/connect/sessions`, { token: pathname.split('/').at(-1) });
}

/** The session behind a link. @throws Error where the link is refused */
export async function openSession(browser: Browser, link: string): Promise<SessionView> {
  return jsonOf(await openLink(browser, link));
}

/** The address of an app of a session, in the API of the page. */
export function appAddress(link: string, { id }: Pick<SessionView, 'id'>, slug: string): string {
  return `${new URL(link).origin}/api/connect/sessions/${id}/apps/${slug}`;
}

/**
 * Opens a link and sets out to the provider of its one app, or of the one that is named.
 * @returns where the page sends the browser
 */
export async function setOut(browser: Browser, link: string, slug?: string): Promise<string> {
  const session = await openSession(browser, link);
  const { slug: first = '' } = session.apps[0] ?? {};
  const begun = await browser.ask('POST', `${appAddress(link, session, slug ?? first)}/begin`);
  return (await jsonOf<{ location: string }>(begun)).location;
}

/** How a walk ended, from where the callback sends the browser: `connected`, or the code of what went wrong. */
export function outcomeOf(callback: Response): string {
  const address = callback.headers.get('location');
  if (address === null) throw new Error(`answered ${callback.status} without a location`);
  const { pathname, searchParams } = new URL(address);
  const isOurs = /^\/connect(\/session\/[0-9a-f-]{36})?\/result$/.test(pathname);
  if (!isOurs && !searchParams.has('keyferry')) throw new Error(`${address} tells no outcome`);
  return searchParams.get('code') ?? 'connected';
}

async function jsonOf<Answer>(response: Response): Promise<Answer> {
  const text = await response.text();
  if (!response.ok) throw new Error(`answered ${response.status}: ${text}`);
  return JSON.parse(text) as Answer;
}
