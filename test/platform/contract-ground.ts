import { expect } from 'vitest';
import { createCatalogue, isOAuthApp, type OAuthApp } from '../../src/apps/index.ts';
import { REJECTED_TOKEN_HEADER, tokenFingerprint } from '../../src/protocol/index.ts';
import { heldClock } from '../clock.ts';
import { browser } from './browser.ts';
import { outcomeOf, setOut } from './connect-page.ts';
import {
  CALCOM_USER,
  EXTERNAL_USER,
  PLATFORM_URL,
  type PlatformOptions,
  SECRET,
  startPlatform,
} from './platform.ts';
import { type Scripted, scriptedServer } from './server.ts';
import { LIFETIME_S, strictByRecord } from './strict-by-record.ts';

/** Every OAuth app of the catalogue. */
export const apps = [...createCatalogue().values()].filter(isOAuthApp);
export const refreshable = apps.filter(({ credential }) => credential.oauth.refreshable);
export const lasting = apps.filter(({ credential }) => !credential.oauth.refreshable);
export const lookingUp = apps.filter(({ credential }) => credential.oauth.lookup);

export interface Token {
  readonly access_token: string;
}

/** A platform with one OAuth app, whose provider is as strict as its record, and a user who connects it. */
export async function contractGround(app: OAuthApp, options: PlatformOptions = {}) {
  const clock = heldClock(Date.now());
  const fake = await strictByRecord(app, clock.now);
  const receiver = await scriptedServer();
  const all = await startPlatform({
    providers: fake.providers,
    webappUrl: receiver.url,
    clock,
    // Some apps have their provider's address in their keys: here it is this machine's.
    allowPrivateAddresses: true,
    ...options,
  });
  const setKeys = async (keys: object) => {
    const response = await all.api('PUT', `/api/keyferry/v1/apps/${app.slug}`, { keys });
    expect([response.status, await response.json()]).toMatchObject([200, { slug: app.slug }]);
  };
  await setKeys(fake.keys);
  const ada = browser({ [PLATFORM_URL]: all.platform.fetch });

  async function begin(): Promise<string> {
    const user = { externalUserId: EXTERNAL_USER, calcomUserId: CALCOM_USER, apps: [app.slug] };
    const link = await all.api('POST', '/api/keyferry/v1/connect-sessions', user);
    const { url } = (await link.json()) as { url: string };
    return setOut(ada, url);
  }
  /** Walks to the provider and back. @returns the outcome */
  async function walk(change: (back: URL) => void = () => undefined): Promise<string> {
    const back = new URL(fake.consent(await begin()));
    change(back);
    return outcomeOf(await ada.get(back.href));
  }
  async function walked(): Promise<void> {
    expect([await walk(), fake.refused]).toEqual(['connected', []]);
  }
  async function current(): Promise<string> {
    return ((await (await all.sync(app.slug)).json()) as Token).access_token;
  }
  /** What the platform answers when an instance says that the token is refused. */
  async function renewed(): Promise<Response> {
    const headers = { [REJECTED_TOKEN_HEADER]: tokenFingerprint(await current(), SECRET) };
    return all.sync(app.slug, { headers });
  }
  async function stored() {
    const query = all.platform.database.db.selectFrom('connection');
    return query.select(['status', 'expiresAt', 'version']).executeTakeFirstOrThrow();
  }
  return { ...all, all, fake, receiver, setKeys, begin, walk, walked, current, renewed, stored };
}

/** Epoch milliseconds: what the record makes of an answer. */
export function expiryAt({ credential }: OAuthApp, now: number, silent: boolean): number | null {
  const { member, unit, defaultSeconds } = credential.oauth.expiry;
  if (unit === 'none') return null;
  const told = member !== null && !silent;
  if (told)
    return (
      (unit === 's_from_now' || unit === 'unknown' ? now : Math.floor(now / 1000) * 1000) + LIFETIME_S * 1000
    );
  return defaultSeconds === undefined ? null : now + defaultSeconds * 1000;
}

const HTML: Scripted = { headers: { 'content-type': 'text/html' }, body: '<html>Sign in</html>' };

/** What says nothing about a grant, with the code that it is told by. */
export const PASSING: [string, Scripted, string][] = [
  ['429 with Retry-After', { status: 429, headers: { 'retry-after': '120' } }, 'provider_busy'],
  ['500', { status: 500, body: 'broken' }, 'provider_failed'],
  ['HTML', HTML, 'provider_malformed'],
  ['a dropped connection', { drop: true }, 'provider_unanswered'],
];
