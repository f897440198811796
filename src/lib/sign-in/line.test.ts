import { describe, expect, test } from 'vitest';
import { createLine } from './line.ts';

const settled = () => new Promise(resolve => setImmediate(resolve));

/** Enters and notes the name when it is its turn; the turn ends when `ends` says so. */
function people(line: ReturnType<typeof createLine>) {
  const order: string[] = [];
  const refused: string[] = [];
  const leaves: (() => void)[] = [];
  const enter = (name: string, from: string, signal?: AbortSignal) =>
    line.enter({ from, signal }).then(
      leave => {
        order.push(name);
        leaves.push(leave);
      },
      error => void refused.push(`${name} ${error.code}`),
    );
  async function drain() {
    for (;;) {
      await settled();
      const leave = leaves.shift();
      if (leave === undefined) return;
      leave();
    }
  }
  return { order, refused, enter, drain };
}

describe('a line', () => {
  test('serves one at a time, and those of different addresses in turns', async () => {
    const { order, enter, drain } = people(createLine({ waiting: 10 }));
    for (const name of ['a1', 'a2', 'a3', 'b1', 'b2']) void enter(name, name.slice(0, 1));
    await settled();
    expect(order).toEqual(['a1']);
    await drain();
    expect(order).toEqual(['a1', 'a2', 'b1', 'a3', 'b2']);
  });

  test('that is full of one address has a place for another, and none more for the same', async () => {
    const { order, refused, enter, drain } = people(createLine({ waiting: 3 }));
    for (const name of ['a1', 'a2', 'a3', 'a4', 'a5', 'b1']) void enter(name, name.slice(0, 1));
    await settled();
    expect(refused).toEqual(['a5 busy', 'a4 busy']);
    await drain();
    expect(order).toEqual(['a1', 'a2', 'b1', 'a3']);
  });

  test('takes the place of a caller who is gone for the next one', async () => {
    const line = createLine({ waiting: 1 });
    const { order, refused, enter, drain } = people(line);
    const gone = new AbortController();
    void enter('first', 'a');
    void enter('gone', 'a', gone.signal);
    await settled();
    gone.abort();
    void enter('next', 'a');
    await drain();
    expect([order, refused]).toEqual([['first', 'next'], ['gone busy']]);
    expect(line.idle).toBe(true);
  });
});
