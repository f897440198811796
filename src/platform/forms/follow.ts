import type { Outbound, OutboundAnswer, OutboundRequest } from '../../lib/outbound.ts';
import { KeyferryError } from '../../protocol/index.ts';
import { unanswered } from './verification-fault.ts';

const REDIRECTS = [301, 302, 303, 307, 308];
const HOPS = 3;

/**
 * Sends a request and follows at most three redirects, each judged by the address policy of `outbound`.
 * @param request a request with a password must stay where it was sent: `sameOrigin`
 * @throws KeyferryError provider_refused where it leads elsewhere, or nowhere; address_refused,
 * provider_unreachable, provider_malformed
 */
export async function follow(
  outbound: Outbound,
  url: string,
  { sameOrigin, ...request }: OutboundRequest & { readonly sameOrigin: boolean },
): Promise<OutboundAnswer> {
  let at = url;
  for (let hop = 0; hop <= HOPS; hop += 1) {
    const answer = await send(outbound, at, request);
    if (!REDIRECTS.includes(answer.status)) return answer;
    at = nextOf(at, answer, sameOrigin);
  }
  throw new KeyferryError('provider_refused', `${new URL(url).host} sends us round in circles.`);
}

async function send(outbound: Outbound, url: string, request: OutboundRequest): Promise<OutboundAnswer> {
  try {
    return await outbound(url, { ...request, redirects: 'give' });
  } catch (error) {
    throw unanswered(url, error);
  }
}

function nextOf(at: string, { headers, status }: OutboundAnswer, sameOrigin: boolean): string {
  const { host, origin } = new URL(at);
  const location = headers.get('location');
  const next = location !== null && URL.canParse(location, at) ? new URL(location, at) : null;
  if (next === null || !/^https?:$/.test(next.protocol)) {
    throw new KeyferryError('provider_refused', `${host} sends us nowhere (${status}).`);
  }
  if (sameOrigin && next.origin !== origin) {
    throw new KeyferryError('provider_refused', `${host} sends us on to ${next.origin}.`, {
      remedy: 'Your password is not sent there unasked. If you trust it, enter that address.',
    });
  }
  return next.href;
}
