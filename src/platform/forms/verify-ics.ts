import ICAL from 'ical.js';
import type { FormApp } from '../../apps/index.ts';
import { KeyferryError } from '../../protocol/index.ts';
import type { Entry } from '../vault/index.ts';
import { follow } from './follow.ts';
import { placeOf, type VerifyContext } from './place.ts';
import { troubled } from './verification-fault.ts';

/** More would keep the page, and the process that parses them, too long. */
const MOST = 20;

/**
 * Fetches every feed and reads it as iCalendar (RFC 5545).
 * @throws KeyferryError body_invalid, credential_refused, provider_..., address_refused
 */
export async function verifyIcs(context: VerifyContext, app: FormApp, entry: Entry): Promise<void> {
  const urls = Array.isArray(entry.urls) ? entry.urls : [];
  if (urls.length > MOST) throw new KeyferryError('body_invalid', `At most ${MOST} feeds are taken.`);
  await Promise.all(urls.map(url => verifyFeed(context, app, url)));
}

async function verifyFeed(context: VerifyContext, app: FormApp, typed: unknown): Promise<void> {
  const { url, outbound } = placeOf(context, app, typed);
  const headers = { accept: 'text/calendar, */*;q=0.5' };
  const { status, body } = await follow(outbound, url, { headers, sameOrigin: false });
  const { host } = new URL(url);
  if (status === 401 || status === 403) {
    throw new KeyferryError('credential_refused', `${host} does not give this feed without a login.`, {
      remedy: 'Use the secret or public address of the calendar.',
    });
  }
  const trouble = troubled(url, status);
  if (trouble !== null) throw trouble;
  if (status < 200 || status >= 300) {
    throw new KeyferryError('provider_malformed', `${host} has no feed at this address (${status}).`);
  }
  if (!isCalendar(body)) {
    throw new KeyferryError('provider_malformed', `What ${host} answers is no calendar feed.`, {
      remedy: 'Use the address in iCal (.ics) format, not that of a page.',
    });
  }
}

function isCalendar(text: string): boolean {
  try {
    const parsed: unknown[] = ICAL.parse(text);
    // One calendar is a component, several are a list of components.
    const components = typeof parsed[0] === 'string' ? [parsed] : parsed;
    return components.length > 0 && components.every(one => Array.isArray(one) && one[0] === 'vcalendar');
  } catch {
    return false;
  }
}
