import { createEmulator } from 'emulate';
import type { ProviderOverrides } from '../../apps/index.ts';

/** A Google of our own: OAuth and Calendar of the `emulate` package, in this process and in memory. */
export interface EmulatedGoogle {
  readonly url: string;
  /** The addresses that take the place of Google's. */
  readonly providers: ProviderOverrides;
  close(): Promise<void>;
}

export interface GoogleClient {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly redirectUri: string;
}

const PERSON = 'demo@example.com';
const COLLEAGUE = 'colleague@example.com';

/**
 * Starts it on a free port of loopback, with two people and a few events in the days to come.
 * @param now epoch milliseconds
 */
export async function startGoogle(client: GoogleClient, now: number): Promise<EmulatedGoogle> {
  const emulator = await createEmulator({
    service: 'google',
    port: 0,
    hostname: '127.0.0.1',
    seed: { tokens: {}, google: seed(client, now) },
  });
  const url = `http://127.0.0.1:${new URL(emulator.url).port}`;
  return { url, providers: { 'google-calendar': overrideOf(url) }, close: () => emulator.close() };
}

function overrideOf(url: string) {
  return {
    authorizationEndpoint: `${url}/o/oauth2/v2/auth`,
    tokenEndpoint: `${url}/oauth2/token`,
    revocationEndpoint: `${url}/oauth2/revoke`,
    apiBase: url,
  };
}

function seed({ clientId, clientSecret, redirectUri }: GoogleClient, now: number) {
  return {
    users: [
      { email: PERSON, name: 'Demo Person' },
      { email: COLLEAGUE, name: 'A Colleague' },
    ],
    oauth_clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        name: 'Keyferry sandbox',
        redirect_uris: [redirectUri],
      },
    ],
    calendars: [
      calendar(PERSON, 'primary', PERSON),
      calendar(PERSON, 'team', 'Team'),
      calendar(COLLEAGUE, 'primary', COLLEAGUE),
    ],
    calendar_events: [
      event(PERSON, 'Stand-up', now, { inDays: 1, hour: 9, minutes: 30 }),
      event(PERSON, 'Lunch with Ada', now, { inDays: 1, hour: 12, minutes: 60 }),
      event(PERSON, 'Dentist', now, { inDays: 2, hour: 15, minutes: 45 }),
      event(COLLEAGUE, 'Review', now, { inDays: 1, hour: 14, minutes: 60 }),
    ],
  };
}

function calendar(email: string, id: string, summary: string) {
  return { id, user_email: email, summary, primary: id === 'primary', selected: true, time_zone: 'UTC' };
}

const DAY_MS = 86_400_000;

function event(
  email: string,
  summary: string,
  now: number,
  { inDays, hour, minutes }: { inDays: number; hour: number; minutes: number },
) {
  const start = Math.floor(now / DAY_MS) * DAY_MS + inDays * DAY_MS + hour * 3_600_000;
  return {
    user_email: email,
    calendar_id: 'primary',
    summary,
    start_date_time: new Date(start).toISOString(),
    end_date_time: new Date(start + minutes * 60_000).toISOString(),
  };
}
