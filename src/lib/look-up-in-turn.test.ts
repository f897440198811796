import { expect, test } from 'vitest';
import { type LookUpAll, lookUpInTurn } from './look-up-in-turn.ts';

test('so many names are looked up at once, the others in their order, and those beyond the queue not at all', () => {
  const begun: [string, () => void][] = [];
  const ended: string[] = [];
  const look: LookUpAll = (hostname, _, callback) => void begun.push([hostname, () => callback(null, [])]);
  const lookUp = lookUpInTurn({ atOnce: 2, waiting: 2 }, look);
  for (const name of ['a', 'b', 'c', 'd', 'e']) {
    lookUp(name, {}, error => void ended.push(error === null ? name : `${name} ${error.code}`));
  }
  expect([begun.map(([name]) => name), ended]).toEqual([['a', 'b'], ['e EAI_AGAIN']]);
  for (let turn = 0; turn < 4; turn += 1) begun[turn]?.[1]();
  expect(begun.map(([name]) => name)).toEqual(['a', 'b', 'c', 'd']);
  expect(ended).toEqual(['e EAI_AGAIN', 'a', 'b', 'c', 'd']);
});

test('a name is looked up for real', async () => {
  const lookUp = lookUpInTurn({ atOnce: 1, waiting: 1 });
  const addresses = await new Promise(resolve => {
    lookUp('localhost', { family: 4 }, (_, found) => resolve(found));
  });
  expect(addresses).toContainEqual({ address: '127.0.0.1', family: 4 });
});
