import type { FormApp, FormCredential } from '../../apps/index.ts';
import type { Entry } from '../vault/index.ts';
import type { VerifyContext } from './place.ts';
import { verifyCaldav } from './verify-caldav.ts';
import { verifyIcs } from './verify-ics.ts';
import { verifyPaypal } from './verify-paypal.ts';

type Verify = (context: VerifyContext, app: FormApp, entry: Entry) => Promise<void>;

const BY_PROTOCOL: Readonly<Record<NonNullable<FormCredential['verify']>, Verify>> = {
  caldav: verifyCaldav,
  ics: verifyIcs,
  paypal: verifyPaypal,
};

/**
 * Tries an entry at its service, where the app's record names a protocol for it.
 * @throws KeyferryError in words for the user: credential_refused, address_refused, body_invalid, provider_...
 */
export async function verifyEntry(context: VerifyContext, app: FormApp, entry: Entry): Promise<void> {
  const { verify } = app.credential;
  if (verify !== null) await BY_PROTOCOL[verify](context, app, entry);
}
