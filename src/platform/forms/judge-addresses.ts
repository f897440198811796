import type { FormCredential } from '../../apps/index.ts';
import { assertPublicName, assertPublicUrl } from '../../lib/address-policy.ts';
import type { Entry } from '../vault/index.ts';
import { type VerifyContext, withHttps } from './place.ts';
import type { FormFault } from './read-form.ts';
import { notPublic } from './verification-fault.ts';

/**
 * Judges the addresses that a user typed into the fields that want one, before anybody asks them or they are stored:
 * a secret goes there, from here or from whoever reads the entry. Unless the operator allows private addresses, they
 * are https and of the public internet.
 * @returns what is wrong with the fields
 * @throws KeyferryError address_refused, in the same words for an address that is not public and a name that is none
 */
export async function judgeAddresses(
  { privateAddresses }: Pick<VerifyContext, 'privateAddresses'>,
  { fields, verify }: Pick<FormCredential, 'fields' | 'verify'>,
  entry: Entry,
): Promise<readonly FormFault[]> {
  const faults: FormFault[] = [];
  for (const { name, input } of fields) {
    const typed = input === 'url' ? memberAt(entry, name.split('.')) : undefined;
    if (typeof typed !== 'string') continue;
    const text = withHttps(typed);
    const url = URL.canParse(text) ? new URL(text) : null;
    if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
      faults.push({
        field: name,
        reason: 'url',
        message: 'Enter a whole address that begins with https://.',
      });
    } else if (!privateAddresses) {
      try {
        assertPublicUrl(url);
        if (url.protocol !== 'https:') {
          faults.push({ field: name, reason: 'https', message: 'The address must begin with https://.' });
        } else if (verify === null) {
          // Where it is tried, the look-up of the connection judges.
          await assertPublicName(url);
        }
      } catch (error) {
        throw notPublic(url.href, error);
      }
    }
  }
  return faults;
}

function memberAt(entry: Entry, [name = '', ...rest]: readonly string[]): unknown {
  const value = entry[name];
  if (rest.length === 0) return value;
  return typeof value === 'object' && value !== null ? memberAt(value as Entry, rest) : undefined;
}
