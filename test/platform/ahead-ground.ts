import { expect } from 'vitest';
import { CLIENT, type PlatformOptions, startPlatform, type TestPlatform } from './platform.ts';
import { scriptedServer } from './server.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
/** As long as the test may take: how fast the machine is decides nothing. */
export const PATIENT = { timeout: 30_000, interval: 5 };

/** Every app's provider answers with tokens of an hour; each answer is another one. */
export async function aheadGround(options: PlatformOptions = {}) {
  let answers = 0;
  const issue = () => {
    answers += 1;
    return { body: { access_token: `access-${answers}`, refresh_token: 'r', expires_in: 3600 } };
  };
  const provider = await scriptedServer(issue);
  const other = await scriptedServer(issue);
  const receiver = await scriptedServer();
  const providers = { zoom: { tokenEndpoint: provider.url }, dub: { tokenEndpoint: other.url } };
  const made = await startPlatform({ webappUrl: receiver.url, providers, ...options });
  await made.api('PUT', '/api/keyferry/v1/apps/dub', { keys: CLIENT });
  const credential = (leftMs: number | null) => ({
    access_token: 'access-0',
    refresh_token: 'r',
    ...(leftMs === null ? {} : { expiry_date: made.clock.now() + leftMs }),
  });
  return { ...made, issue, provider, other, receiver, credential };
}

/** So many users connect the same. */
export async function connectMany(
  { api }: Pick<TestPlatform, 'api'>,
  count: number,
  body: object,
): Promise<void> {
  for (let user = 1; user <= count; user += 1) {
    const whose = { externalUserId: `user-${user}`, calcomUserId: user };
    const answer = await api('POST', '/api/keyferry/v1/connections', { ...whose, ...body });
    expect(answer.status).toBe(201);
  }
}

/** How many connections have a status. */
export async function connectionsWith(api: TestPlatform['api'], status: string): Promise<number> {
  const answer = await api('GET', `/api/keyferry/v1/connections?limit=500&status=${status}`);
  return ((await answer.json()) as { connections: unknown[] }).connections.length;
}
