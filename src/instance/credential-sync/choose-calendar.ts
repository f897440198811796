import { open } from '../../lib/sealed-box.ts';
import { KeyferryError, readCredential } from '../../protocol/index.ts';
import type { InstanceContext } from '../context.ts';
import { type CalendarChoice, credentialIdentity, type StoredPush } from '../store/index.ts';
import { CALENDARS, callWithToken } from '../work/index.ts';

const EMAIL = /^[^@\s]+@[^@\s]+$/;

const MISSING = 'Calendar missing for credential';

/**
 * Lists the calendars at the provider, with the token that was just pushed, and takes the primary one, else
 * the first.
 * @throws KeyferryError provider_* when there is none or it cannot be told
 */
export async function chooseCalendar(
  context: Pick<InstanceContext, 'config' | 'catalogue' | 'effects' | 'outbound'>,
  push: StoredPush,
): Promise<Pick<CalendarChoice, 'externalId' | 'email'>> {
  const work = CALENDARS.get(push.appId);
  if (!work) throw new KeyferryError('provider_failed', MISSING);
  const wire = JSON.parse(open(context.config.keyring, push.sealedKey, credentialIdentity(push)));
  const { accessToken } = readCredential(wire, context.effects.now());
  const call = callWithToken(context, { appSlug: push.appId, accessToken });
  const calendars = await work.listCalendars(call);
  const chosen = calendars.find(({ primary }) => primary) ?? calendars[0];
  if (!chosen) throw new KeyferryError('provider_failed', MISSING);
  // The main calendar of an account has the account's address as its id.
  return { externalId: chosen.id, email: EMAIL.test(chosen.id) ? chosen.id : null };
}
