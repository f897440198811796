import { OutboundError } from '../../lib/outbound.ts';
import { KeyferryError } from '../../protocol/index.ts';

const CERTIFICATE = /CERT|SELF_SIGNED|ERR_TLS|ERR_SSL|UNABLE_TO_(VERIFY|GET)|EPROTO/;

/** Why a server gave no answer, in words for the user; other errors as they are. */
export function unanswered(url: string, error: unknown): unknown {
  if (!(error instanceof OutboundError)) return error;
  const { host } = new URL(url);
  const { kind, message } = error;
  if (kind === 'address') {
    return new KeyferryError('address_refused', `${host} is not on the public internet.`, {
      remedy: 'Enter an address that is reached from everywhere.',
    });
  }
  if (kind === 'timeout') {
    return new KeyferryError('provider_unreachable', `${host} did not answer in time.`, {
      remedy: 'Is the address right? Try again later.',
    });
  }
  if (kind === 'too_large') {
    return new KeyferryError('provider_malformed', `What ${host} answers is too long.`);
  }
  if (kind === 'malformed') return new KeyferryError('provider_malformed', `${host} ${message}.`);
  if (CERTIFICATE.test(message)) {
    return new KeyferryError(
      'provider_unreachable',
      `The certificate of ${host} is not valid (${message}).`,
      {
        remedy: 'Whoever runs that server has to renew it.',
      },
    );
  }
  return new KeyferryError('provider_unreachable', `${host} cannot be reached (${message}).`, {
    remedy: 'Is the address right?',
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
