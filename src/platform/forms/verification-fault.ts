import { OutboundError } from '../../lib/outbound.ts';
import { KeyferryError } from '../../protocol/index.ts';

const CERTIFICATE = /CERT|SELF_SIGNED|ERR_TLS|ERR_SSL|UNABLE_TO_(VERIFY|GET)|EPROTO/;

/** What a look-up says where there is no such name, or nobody answers for it. */
const NO_NAME = /^(?:ENOTFOUND|ENODATA|EAI_\w+|ESERVFAIL|ETIMEOUT)$/;

/**
 * Why a server gave no answer, in words for the user; other errors as they are. Names and ports of the network that
 * this platform stands in are not told: one answer stands for an address that is not public and a name that is none,
 * another for all ways in which a connection fails. The cause goes into the log.
 */
export function unanswered(url: string, error: unknown): unknown {
  if (!(error instanceof OutboundError)) return error;
  const { host } = new URL(url);
  const { kind, message } = error;
  if (kind === 'address' || NO_NAME.test(message)) return notPublic(url, error);
  const cause = { cause: error };
  if (kind === 'timeout') {
    return new KeyferryError('provider_unreachable', `${host} did not answer in time.`, {
      remedy: 'Is the address right? Try again later.',
      ...cause,
    });
  }
  if (kind === 'too_large') {
    return new KeyferryError('provider_malformed', `What ${host} answers is too long.`, cause);
  }
  if (kind === 'malformed') return new KeyferryError('provider_malformed', `${host} ${message}.`);
  if (CERTIFICATE.test(message)) {
    const told = `The certificate of ${host} is not valid (${message}).`;
    const remedy = 'Whoever runs that server has to renew it.';
    return new KeyferryError('provider_unreachable', told, { remedy, ...cause });
  }
  return new KeyferryError('provider_unreachable', `${host} cannot be reached.`, {
    remedy: 'Is the address right?',
    ...cause,
  });
}

/** The one answer for an address that is not public, and for a name that there is not. */
export function notPublic(url: string, cause: unknown): KeyferryError {
  return new KeyferryError('address_refused', `${new URL(url).host} is not on the public internet.`, {
    remedy: 'Is it spelt right? Enter an address that is reached from everywhere.',
    cause,
  });
}

/** A service that is troubled says nothing about what was entered. @returns null for other statuses */
export function troubled(url: string, status: number): KeyferryError | null {
  const { host } = new URL(url);
  if (status === 429 || status === 503) {
    return new KeyferryError('provider_busy', `${host} is busy.`, { remedy: 'Try again in a few minutes.' });
  }
  if (status >= 500 && status !== 501) {
    return new KeyferryError('provider_failed', `${host} has a fault (${status}).`, {
      remedy: 'Try again later.',
    });
  }
  return null;
}
