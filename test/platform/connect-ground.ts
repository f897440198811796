import { expect } from 'vitest';
import { browser } from './browser.ts';
import { startGoogle } from './google.ts';
import { CALCOM_USER, EXTERNAL_USER, PLATFORM_URL, startPlatform, type TestPlatform } from './platform.ts';
import { scriptedServer } from './server.ts';

const USER = { externalUserId: EXTERNAL_USER, calcomUserId: CALCOM_USER };

/** Where a host wants its user back. */
export const RETURN_URL = 'https://host.example/settings?tab=apps';

/** A new connect session. @returns its one-time link */
export async function connectLink({ api }: TestPlatform, members: object = {}): Promise<string> {
  const response = await api('POST', '/api/keyferry/v1/connect-sessions', { ...USER, ...members });
  expect(response.status).toBe(201);
  return ((await response.json()) as { url: string }).url;
}

/** A browser that reaches the platform alone. */
export function newBrowser({ platform }: TestPlatform) {
  return browser({ [PLATFORM_URL]: platform.fetch });
}

/** A platform whose Google is a fake, and a receiver for what it delivers. */
export async function googleGround() {
  const google = await startGoogle();
  const receiver = await scriptedServer();
  const platform = await startPlatform({ providers: google.providers, webappUrl: receiver.url });
  return { google, receiver, ...platform, all: platform };
}
