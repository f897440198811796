import type { OAuthDefinition } from '../../apps/index.ts';
import { KeyferryError } from '../../protocol/index.ts';
import { assertAllowed } from './fill-endpoint.ts';

const LENGTH = 1_000;

/**
 * What a callback brings beside the code and must be kept with the grant, by the names of the record. It
 * came through the browser: only values that the record allows are taken.
 * @throws KeyferryError address_refused, provider_malformed
 */
export function callbackMembers(
  query: URLSearchParams,
  { callbackMembers: names, allowed }: Pick<OAuthDefinition, 'callbackMembers' | 'allowed'>,
): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name of names) {
    const [value, ...more] = query.getAll(name);
    if (value === undefined) continue;
    if (more.length > 0 || value.length > LENGTH) {
      throw new KeyferryError('provider_malformed', `The provider sent no usable ${name}.`, {
        remedy: 'Try again.',
      });
    }
    assertAllowed(name, value, allowed);
    kept[name] = value;
  }
  return kept;
}
