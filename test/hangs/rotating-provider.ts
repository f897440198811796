import { onTestFinished } from 'vitest';
import { startFaultyServer } from '../faulty-server.ts';

/** What became of a grant at its provider. */
interface Family {
  /** How many refreshes it has had; the refresh token that it takes next is `user.refreshes`. */
  refreshes: number;
  ended: boolean;
}

export interface RotatingProvider {
  readonly url: string;
  /** The first refresh token of a user's grant. */
  issue(user: string): string;
  /** How many requests came. */
  asked(): number;
  /** The users whose grant it has ended, because a refresh token came twice. */
  ended(): readonly string[];
  /** Done with each request before it is answered; what it was asked is done already. */
  before: () => Promise<void>;
}

/** A provider that takes each refresh token once, and ends the grant of one that comes again. */
export async function startRotatingProvider(): Promise<RotatingProvider> {
  const families = new Map<string, Family>();
  const server = await startFaultyServer();
  onTestFinished(server.close);
  let asked = 0;
  const provider: RotatingProvider = {
    url: server.url,
    issue(user) {
      families.set(user, { refreshes: 0, ended: false });
      return `${user}.0`;
    },
    asked: () => asked,
    ended: () => [...families].filter(([, { ended }]) => ended).map(([user]) => user),
    before: async () => undefined,
  };
  server.answer = async (request, response) => {
    asked += 1;
    const [user = '', turn] = (new URLSearchParams(request.body).get('refresh_token') ?? '').split('.');
    const family = families.get(user);
    const json = { 'content-type': 'application/json' };
    if (family === undefined || family.ended || Number(turn) !== family.refreshes) {
      if (family !== undefined) family.ended = true;
      response.writeHead(400, json).end('{"error":"invalid_grant"}');
      return;
    }
    family.refreshes += 1;
    await provider.before();
    const tokens = { access_token: `at-${user}-${family.refreshes}`, expires_in: 3600 };
    response
      .writeHead(200, json)
      .end(JSON.stringify({ ...tokens, refresh_token: `${user}.${family.refreshes}` }));
  };
  return provider;
}
