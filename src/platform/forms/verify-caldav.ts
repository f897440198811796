import type { FormApp } from '../../apps/index.ts';
import type { OutboundAnswer } from '../../lib/outbound.ts';
import { KeyferryError } from '../../protocol/index.ts';
import type { Entry } from '../vault/index.ts';
import { follow } from './follow.ts';
import { basic, type Place, placeOf, textOf, type VerifyContext } from './place.ts';
import { troubled } from './verification-fault.ts';

const WHO_AM_I =
  '<?xml version="1.0" encoding="utf-8"?>' +
  '<d:propfind xmlns:d="DAV:"><d:prop><d:current-user-principal/></d:prop></d:propfind>';

/** Where a server says where its CalDAV is (RFC 6764 section 5). */
const WELL_KNOWN = '/.well-known/caldav';

/**
 * Asks a CalDAV server who the user is (RFC 5397): at the address itself, and where that is none of CalDAV,
 * at the well-known one of its host.
 * @throws KeyferryError credential_refused, provider_..., address_refused
 */
export async function verifyCaldav(context: VerifyContext, app: FormApp, entry: Entry): Promise<void> {
  const place = placeOf(context, app, entry.url);
  const authorization = basic(textOf(entry.username), textOf(entry.password));
  const wellKnown = new URL(WELL_KNOWN, place.url).href;
  if (judge(place.url, await propfind(place, authorization)) === 'known') return;
  if (place.url !== wellKnown) {
    const answer = await propfind({ ...place, url: wellKnown }, authorization);
    if (judge(wellKnown, answer) === 'known') return;
  }
  throw new KeyferryError('provider_malformed', `There is no CalDAV server at ${place.url}.`, {
    remedy: 'Look for the CalDAV address in the settings or the help of your calendar.',
  });
}

function propfind({ outbound, url }: Place, authorization: string): Promise<OutboundAnswer> {
  const headers = { authorization, depth: '0', 'content-type': 'application/xml; charset=utf-8' };
  return follow(outbound, url, { method: 'PROPFIND', headers, body: WHO_AM_I, sameOrigin: true });
}

/** @throws KeyferryError where the server told what is wrong */
function judge(url: string, { status, body }: OutboundAnswer): 'known' | 'no CalDAV' {
  const anonymous = /<(?:[\w-]+:)?unauthenticated[\s/>]/.test(body);
  if (status === 401 || status === 403 || (status === 207 && anonymous)) {
    throw new KeyferryError(
      'credential_refused',
      `${new URL(url).host} does not accept this user name and password.`,
      { remedy: 'Many calendars want a password made for one app instead of your own.' },
    );
  }
  const trouble = troubled(url, status);
  if (trouble !== null) throw trouble;
  return status === 207 && /<(?:[\w-]+:)?multistatus[\s>]/.test(body) ? 'known' : 'no CalDAV';
}
