import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { engines } from '../../../test/engines.ts';
import {
  HOUR_MS,
  type RefreshGround,
  refreshGround,
  strictly,
  tokenOf,
} from '../../../test/platform/refresh-ground.ts';
import { freshCredential } from './fresh-credential.ts';
import { createUnwritten, MOST_UNDER_WAY, STUCK_MS } from './unwritten.ts';

/** Takes the journal away when the provider is asked. @returns gives it back */
function withoutJournal({ provider, context }: RefreshGround): () => Promise<void> {
  const { db } = context.database;
  const issue = provider.answer;
  provider.answer = async request => {
    provider.answer = issue;
    await db.schema.alterTable('refresh_attempt').renameTo('journal_away').execute();
    return issue(request);
  };
  return () => db.schema.alterTable('journal_away').renameTo('refresh_attempt').execute();
}

for (const engine of engines.filter(({ name }) => name !== 'pglite')) {
  describe.skipIf(!engine.available)(`an answer that cannot be written down on ${engine.name}`, () => {
    async function unwritable() {
      const made = await engine.create();
      onTestFinished(made.dispose);
      const ground = await refreshGround(made.location);
      strictly(ground);
      const giveBack = withoutJournal(ground);
      const id = await ground.connect('rotating');
      return { ground, giveBack, id };
    }

    test('serves whoever asks its process, is asked for once, and is committed when it can be', async () => {
      const { ground, giveBack, id } = await unwritable();
      const { context } = ground;
      for (let asked = 0; asked < 3; asked += 1) {
        expect(tokenOf(await freshCredential(context, id))).toBe('access-1');
      }
      expect(await ground.state(id)).toMatchObject({ version: 1 });
      expect(context.unwritten.all()).toHaveLength(1);
      await giveBack();
      await vi.waitFor(async () => expect(await ground.state(id)).toMatchObject({ version: 2 }), 10_000);
      expect(context.unwritten.all()).toEqual([]);
      expect(ground.presented()).toEqual(['refresh-0']);
      ground.clock.advance(2 * HOUR_MS);
      expect(tokenOf(await freshCredential(context, id))).toBe('access-2');
      expect(await ground.open()).toBe(0);
      const told = ground.logged.filter(line => line.includes('answer of a provider'));
      expect(told).toHaveLength(2);
      expect(told.join('')).not.toMatch(/access-|refresh-\d/);
    });

    test('is waited for by another process, which sends nothing, though the lease has ended and the token too', async () => {
      const { ground, giveBack, id } = await unwritable();
      expect(tokenOf(await freshCredential(ground.context, id))).toBe('access-1');
      await ground.endLeases();
      const other = await ground.start();
      await giveBack();
      expect(tokenOf(await freshCredential(other, id, { patienceMs: 30_000 }))).toBe('access-1');
      expect(ground.presented()).toEqual(['refresh-0']);
      expect(await ground.state(id)).toMatchObject({ version: 2, status: 'connected' });
    });

    test('is let go of when its process ends and waits no longer', async () => {
      const { ground, id } = await unwritable();
      expect(tokenOf(await freshCredential(ground.context, id))).toBe('access-1');
      ground.context.unwritten.abandon();
      await vi.waitFor(() => expect(ground.context.unwritten.all()).toEqual([]));
    });
  });
}

describe('a process that sends refreshes', () => {
  const attempt = { id: 'a', version: 1, beganAt: 0, sent: 's', tokens: null, fault: null, sentBy: null };

  test('sends none while answers cannot be written', () => {
    let now = 0;
    const unwritten = createUnwritten(() => now);
    const letGo = unwritten.hold('c', attempt);
    unwritten.enter()();
    now = STUCK_MS + 1;
    expect(unwritten.trouble()).toBe('1 answers of providers cannot be written to the database');
    expect(() => unwritten.enter()).toThrow(expect.objectContaining({ code: 'database_unwritable' }));
    letGo();
    expect(unwritten.trouble()).toBeNull();
    unwritten.enter()();
  });

  test('sends none where no room is left for its answer', () => {
    let room = false;
    const unwritten = createUnwritten(() => 0, { keep: () => room, free: () => undefined });
    expect(() => unwritten.enter()).toThrow(expect.objectContaining({ code: 'database_unwritable' }));
    room = true;
    unwritten.enter()();
  });

  test(`has ${MOST_UNDER_WAY} under way at most`, () => {
    const unwritten = createUnwritten(() => 0);
    const leave = Array.from({ length: MOST_UNDER_WAY }, () => unwritten.enter());
    expect(() => unwritten.enter()).toThrow(expect.objectContaining({ code: 'busy' }));
    leave[0]?.();
    unwritten.enter();
  });
});
