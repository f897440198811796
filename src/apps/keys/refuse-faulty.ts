import { KeyferryError } from '../../protocol/index.ts';
import type { AppDefinition } from '../definition.ts';
import { judgeKeys } from './judge-keys.ts';

/**
 * The keys of an app as their schema makes them.
 * @throws KeyferryError body_invalid with the fault of each key by its name, never with a value
 */
export function refuseFaulty(
  app: Pick<AppDefinition, 'name' | 'keys'>,
  keys: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const judged = judgeKeys(app, keys);
  if ('keys' in judged) return judged.keys;
  const { faults } = judged;
  const said = Object.entries(faults).map(([name, fault]) => `keys.${name}: ${fault}`);
  throw new KeyferryError('body_invalid', said.join('; '), {
    remedy: `The keys of ${app.name} are: ${Object.keys(app.keys.shape).join(', ') || 'none'}.`,
    fields: faults,
  });
}
