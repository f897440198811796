import { expect, onTestFinished, test, vi } from 'vitest';
import { type Changes, refreshGround } from '../../../test/platform/refresh-ground.ts';
import type { RefreshContext } from '../refresh/index.ts';
import { createScheduler, NOTICES, NOTICES_EACH_MS } from './scheduler.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** A loop that looks when the test lets it. */
async function looking(changes: Changes = {}) {
  const ground = await refreshGround();
  let monotonic = 1_000;
  let asleep = Promise.withResolvers<() => void>();
  const sleep = (_ms: number, signal?: AbortSignal) =>
    new Promise<void>(resolve => {
      // A refresh that waits before it writes once more.
      if (signal === undefined) return resolve();
      signal.addEventListener('abort', () => resolve(), { once: true });
      asleep.resolve(resolve);
    });
  const effects = { sleep, monotonic: () => monotonic };
  const context = await ground.start({ ...changes, effects });
  const scheduler = createScheduler(context);
  onTestFinished(() => scheduler.close());
  /** Lets it look once, so long after the look before. */
  async function look(afterMs = 0): Promise<void> {
    const wake = await asleep.promise;
    asleep = Promise.withResolvers();
    monotonic += afterMs;
    wake();
    await asleep.promise;
  }
  return { ...ground, context, scheduler, look, looked: () => asleep.promise };
}

async function endingSoon({ db }: RefreshContext['database'], count: number, at: number): Promise<void> {
  const [row] = await db.selectFrom('connection').selectAll().execute();
  if (row === undefined) throw new Error('no connection');
  for (let user = 1; user <= count; user += 1) {
    const one = { ...row, id: `ending-${user}`, externalUserId: `ending-${user}`, refreshDueAt: null };
    const ends = { endsAt: at + DAY, endingReason: 'provider_stated', endingNoticeAt: at } as const;
    await db
      .insertInto('connection')
      .values({ ...one, ...ends })
      .execute();
  }
}

test('ends are told so many a look, and looked for once a minute when all are told', async () => {
  const { context, clock, connect, scheduler, look, looked } = await looking();
  const { db } = context.database;
  await connect('rotating', { expiry_date: clock.now() + DAY });
  await endingSoon(context.database, 2 * NOTICES + 5, clock.now());
  const told = async () =>
    (await db.selectFrom('platform_event').select('id').where('kind', '=', 'connection.ending').execute())
      .length;
  scheduler.start();
  await looked();
  expect(await told()).toBe(NOTICES);
  await look();
  await look();
  expect(await told()).toBe(2 * NOTICES + 5);
  await db
    .updateTable('connection')
    .set({ endingNoticeAt: clock.now() })
    .where('id', '=', 'ending-1')
    .execute();
  await look(NOTICES_EACH_MS - 1);
  expect(await told()).toBe(2 * NOTICES + 5);
  await look(1);
  expect(await told()).toBe(2 * NOTICES + 6);
});

test('while nothing is due, a look writes nothing', async () => {
  const { context, clock, connect, scheduler, look, looked } = await looking();
  await connect('rotating', { expiry_date: clock.now() + DAY });
  const begun = vi.spyOn(context.database.db, 'transaction');
  scheduler.start();
  await looked();
  await look(NOTICES_EACH_MS);
  expect(begun).not.toHaveBeenCalled();
});

test('a loop that is closing tells no more', async () => {
  const { context, clock, connect, scheduler } = await looking();
  const { db } = context.database;
  await connect('rotating', { expiry_date: clock.now() + DAY });
  await endingSoon(context.database, NOTICES, clock.now());
  await db
    .updateTable('platform_app')
    .set({ secretExpiresAt: clock.now() + DAY, secretNoticeAt: 0 })
    .execute();
  const transaction = db.transaction.bind(db);
  const closed = Promise.withResolvers<void>();
  vi.spyOn(db, 'transaction').mockImplementation(() => {
    void scheduler.close().then(closed.resolve);
    return transaction();
  });
  scheduler.start();
  await closed.promise;
  const kinds = await db.selectFrom('platform_event').select('kind').distinct().execute();
  expect(kinds.map(({ kind }) => kind)).toContain('connection.ending');
  expect(kinds.map(({ kind }) => kind)).not.toContain('app.secret_ending');
});

test('a run that goes on over many looks, and fails, is told once', async () => {
  const { context, clock, connect, provider, scheduler, look, looked, logged } = await looking();
  const release = Promise.withResolvers<void>();
  const issue = provider.answer;
  provider.answer = async request => {
    await release.promise;
    return issue(request);
  };
  await connect('rotating', { expiry_date: clock.now() + HOUR });
  clock.advance(HOUR);
  scheduler.start();
  await looked();
  await expect.poll(() => provider.received.length, { timeout: 10_000 }).toBe(1);
  await connect('rotating', { externalUserId: 'user-2', calcomUserId: 8, expiry_date: clock.now() });
  for (let looks = 0; looks < 5; looks += 1) await look();
  const { db } = context.database;
  await db.schema.alterTable('connection').renameTo('connection_away').execute();
  await look();
  const failures = () => logged.filter(line => line.includes('refreshing ahead failed'));
  await expect.poll(() => failures().length, { timeout: 10_000 }).toBeGreaterThan(0);
  await db.schema.alterTable('connection_away').renameTo('connection').execute();
  release.resolve();
  await scheduler.close();
  expect(failures()).toHaveLength(1);
});
