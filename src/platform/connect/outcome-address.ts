import type { KeyferryError } from '../../protocol/index.ts';
import type { PlatformConfig } from '../config.ts';
import { type ConnectCode, connectCode } from './codes.ts';
import type { Finished } from './finish-attempt.ts';
import { returnAddress } from './return-address.ts';

type Config = Pick<PlatformConfig, 'publicUrl'>;

/** Where a browser goes once connecting an app has ended: back to the host, or to the page of the result. */
export function outcomeAddress({ publicUrl }: Config, { session, appSlug, failure }: Finished): string {
  if (session.returnUrl !== null) return returnAddress(session.returnUrl, appSlug, failure);
  const query = new URLSearchParams({ app: appSlug });
  if (failure !== null) query.set('code', connectCode(failure.code));
  return `${publicUrl}/connect/session/${session.id}/result?${query}`;
}

/** The page that tells a browser why it is turned away, where its session is not known. */
export function refusedAddress({ publicUrl }: Config, error: KeyferryError | null): string {
  const code: ConnectCode = error === null ? 'internal' : connectCode(error.code);
  return `${publicUrl}/connect/result?code=${code}`;
}
