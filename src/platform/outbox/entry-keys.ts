import type { FormCredential } from '../../apps/index.ts';
import { CALENDSO_KEY_NAME, encryptKeys, KeyferryError } from '../../protocol/index.ts';
import type { Target } from '../targets.ts';
import type { Entry } from '../vault/index.ts';

type Shape = Pick<FormCredential, 'nesting'>;
type Receiver = Pick<Target, 'kind' | 'calendsoKey'>;

/**
 * What a user entered, as the target's reader wants it: the object, or where Cal.com keeps a text sealed
 * with its own key, that text. A Keyferry whose own key is not known here gets the object.
 * @throws KeyferryError not_deliverable where a Cal.com's own key is not known
 */
export function entryKeys(shape: Shape, entry: Entry, target: Receiver): unknown {
  const reason = whyNotDeliverable(shape, target);
  if (reason !== null) {
    throw new KeyferryError('not_deliverable', reason, {
      remedy: `Set ${CALENDSO_KEY_NAME} to the instance's own value and restart.`,
    });
  }
  if (shape.nesting === 'plain' || target.calendsoKey === null) return entry;
  const text = encryptKeys(JSON.stringify(entry), target.calendsoKey);
  return shape.nesting === 'string' ? text : { encrypted: text };
}

/** Why an app's credential cannot be sent to a target, in words for the operator; or null. */
export function whyNotDeliverable({ nesting }: Shape, { kind, calendsoKey }: Receiver): string | null {
  if (nesting === 'plain' || calendsoKey !== null || kind !== 'calcom') return null;
  return `${CALENDSO_KEY_NAME} of the instance is not set on this platform`;
}
