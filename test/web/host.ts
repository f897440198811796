import { scriptedServer } from '../platform/server.ts';
import type { TappedSides } from '../tapped-sides.ts';

/** The product whose users connect apps: what it does is what docs/protocol.md asks of a host. */
export interface Host {
  readonly url: string;
  /** For KEYFERRY_CONNECT_URL. */
  readonly connectUrl: string;
  /** The users of the instance for whom it made links, in order. */
  readonly asked: readonly number[];
  /** Where its user goes afterwards; null leaves them on the page of the result. */
  returnUrl: string | null;
  /** From now on it talks to these. */
  open(sides: TappedSides): void;
}

/**
 * Serves a host on loopback: /apps opens a connect session for its user and sends the browser there, all else
 * leads to the user's apps at the instance.
 */
export async function startHost(): Promise<Host> {
  const asked: number[] = [];
  let sides: TappedSides | null = null;
  const server = await scriptedServer(async ({ url }) => {
    if (sides === null) return { status: 503 };
    const { pathname, searchParams } = new URL(url, 'http://host.test');
    if (pathname !== '/apps') return to(`${sides.toInstance.url}/apps/installed`);
    const calcomUserId = Number(searchParams.get('user'));
    asked.push(calcomUserId);
    const answer = await sides.call(sides.toPlatform, 'POST', '/api/keyferry/v1/connect-sessions', {
      externalUserId: 'bob',
      calcomUserId,
      apps: [searchParams.get('app')],
      ...(host.returnUrl === null ? {} : { returnUrl: host.returnUrl }),
    });
    const link = (await answer.json()) as { url?: string };
    return link.url === undefined ? { status: 502, body: link } : to(link.url);
  });
  const host: Host = {
    url: server.url,
    connectUrl: `${server.url}/apps?app={app}&user={userId}`,
    asked,
    returnUrl: null,
    open(started) {
      sides = started;
    },
  };
  return host;
}

function to(location: string) {
  return { status: 303, headers: { location } };
}
