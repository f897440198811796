import type { FormApp } from '../../apps/index.ts';
import { KeyferryError } from '../../protocol/index.ts';
import type { Entry } from '../vault/index.ts';
import { follow } from './follow.ts';
import { placeOf, type VerifyContext } from './place.ts';
import { troubled } from './verification-fault.ts';

/** More would keep the page waiting for too long. */
const MOST = 20;

/** In how many characters of its start and its end the lines of a feed are looked for. */
const EDGE = 1_000;

/**
 * Fetches every feed, one after another, and looks whether it is iCalendar (RFC 5545 section 3.4).
 * @throws KeyferryError body_invalid, credential_refused, provider_..., address_refused
 */
export async function verifyIcs(context: VerifyContext, app: FormApp, entry: Entry): Promise<void> {
  const urls = Array.isArray(entry.urls) ? entry.urls : [];
  if (urls.length > MOST) throw new KeyferryError('body_invalid', `At most ${MOST} feeds are taken.`);
  for (const url of urls) await verifyFeed(context, app, url);
}

async function verifyFeed(context: VerifyContext, app: FormApp, typed: unknown): Promise<void> {
  const { url, outbound } = placeOf(context, app, typed);
  const headers = { accept: 'text/calendar, */*;q=0.5' };
  const given = await follow(outbound, url, { headers, answer: 'start', sameOrigin: false });
  const { status } = given;
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
  if (!isCalendar(given)) {
    throw new KeyferryError('provider_malformed', `What ${host} answers is no calendar feed.`, {
      remedy: 'Use the address in iCal (.ics) format, not that of a page.',
    });
  }
}

/**
 * Whether a text is a calendar, or several: by its first and its last line. What is between them belongs to whoever
 * reads the feed; to parse it here could take minutes, at the will of whoever wrote it.
 * @param answer.cut the text is the start of a longer one, and its first line alone is judged
 */
export function isCalendar({ body, cut = false }: { body: string; cut?: boolean }): boolean {
  const [first = ''] = body
    .slice(0, EDGE)
    .trimStart()
    .split(/[\r\n]/, 1);
  if (!isLine(first, 'BEGIN:VCALENDAR')) return false;
  return (
    cut ||
    isLine(
      body
        .slice(-EDGE)
        .trimEnd()
        .split(/[\r\n]/)
        .at(-1),
      'END:VCALENDAR',
    )
  );
}

/** Names and these values are case-insensitive (RFC 5545 sections 1.3 and 2). */
function isLine(line: string | undefined, wanted: string): boolean {
  return line?.trimEnd().toUpperCase() === wanted;
}
