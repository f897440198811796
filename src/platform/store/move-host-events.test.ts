import { beforeEach, expect, test } from 'vitest';
import { describeEngines } from '../../../test/engines.ts';
import { LATER, NOW, storeGround, WISH } from '../../../test/platform/store-ground.ts';
import type { DeliveryState } from '../tables.ts';
import {
  claimOutbox,
  enqueue,
  finishOutbox,
  insertEvent,
  moveHostEvents,
  type OutboxRow,
  putHostWebhookRow,
  retryDelivery,
} from './index.ts';

describeEngines('events for a host that does not take them', engine => {
  const ground = storeGround(engine);
  beforeEach(() =>
    putHostWebhookRow(ground.database.db, { url: 'https://h.example', sealedSecrets: 's' }, NOW),
  );

  const event = (connectionId: string, at = NOW) =>
    insertEvent(
      ground.database.db,
      { kind: 'connection.recovered', actor: 'platform', connectionId, appSlug: 'zoom' },
      at,
    );
  const claim = async (at = NOW) => {
    const of = (targetId: string) =>
      claimOutbox(ground.database, { targetId, by: 'worker', forMs: 60_000, at, limit: 100 });
    return [...(await of('host')), ...(await of('default'))];
  };

  async function end(
    { id, generation, connectionId }: OutboxRow,
    state: DeliveryState,
    dueAt: number,
    at = NOW,
  ): Promise<void> {
    const { db } = ground.database;
    const outcome = {
      id,
      generation,
      claimedBy: 'worker',
      state,
      dueAt,
      status: null,
      error: null,
      isFault: false,
    };
    expect(await finishOutbox(db, outcome, at)).toBe(true);
    await moveHostEvents(db, { id, connectionId, state, dueAt }, at);
  }

  /** What a claim walks through. */
  const due = () =>
    ground.database.db
      .selectFrom('outbox')
      .select(['topic', 'connectionId'])
      .where('state', '=', 'waiting')
      .where('dueAt', '<=', NOW)
      .orderBy('id')
      .execute();

  test('stand in no way: what is behind one that waits again is due no sooner', async () => {
    for (const connection of ['c1', 'c1', 'c1', 'c2']) await event(connection);
    const heads = await claim();
    expect(new Set(heads.map(({ connectionId }) => connectionId))).toEqual(new Set(['c1', 'c2']));
    for (const head of heads) await end(head, 'waiting', head.connectionId === 'c1' ? LATER : NOW + 1);
    await event('c1');
    await event('c3');
    await enqueue(ground.database.db, WISH, NOW);
    const [other, push] = [
      { topic: 'host.event', connectionId: 'c3' },
      { topic: 'credential.push', connectionId: 'c1' },
    ];
    expect(await due()).toEqual([other, push]);
    const claimed = await claim();
    expect(claimed).toHaveLength(2);
    expect(new Set(claimed.map(({ topic }) => topic))).toEqual(new Set([push.topic, other.topic]));
    const again = await claim(LATER);
    expect(again).toHaveLength(2);
    expect(new Set(again.map(({ connectionId }) => connectionId))).toEqual(new Set(['c1', 'c2']));
  });

  test.each(['done', 'stopped'] as const)('go on at once when the first is %s, one by one', async state => {
    for (let count = 0; count < 3; count += 1) await event('c1');
    const [head] = await claim();
    if (head === undefined) throw new Error('nothing was due');
    await end(head, 'waiting', LATER);
    await retryDelivery(ground.database.db, head.id, NOW);
    for (let count = 0; count < 3; count += 1) {
      const claimed = await claim();
      expect(claimed.map(({ id }) => id - head.id)).toEqual([count]);
      for (const one of claimed) await end(one, state, NOW);
    }
    expect(await claim(LATER)).toEqual([]);
  });

  test('keep the time of one that was tried itself', async () => {
    for (let count = 0; count < 2; count += 1) await event('c1');
    const [first] = await claim();
    if (first === undefined) throw new Error('nothing was due');
    await end(first, 'stopped', NOW);
    const [second] = await claim();
    if (second === undefined) throw new Error('the second was not due');
    await end(second, 'waiting', LATER);
    await retryDelivery(ground.database.db, first.id, NOW);
    const [again] = await claim();
    if (again === undefined) throw new Error('the first was not due again');
    await end(again, 'done', NOW);
    expect(await claim()).toEqual([]);
    expect(await claim(LATER)).toMatchObject([{ id: second.id }]);
  });
});
