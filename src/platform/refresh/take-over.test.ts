import { describe, expect, onTestFinished, test } from 'vitest';
import { engines } from '../../../test/engines.ts';
import {
  HOUR_MS,
  type RefreshGround,
  refreshGround,
  sleeper,
  strictly,
  tokenOf,
} from '../../../test/platform/refresh-ground.ts';
import { freshCredential } from './fresh-credential.ts';

for (const engine of engines.filter(({ name }) => name !== 'pglite')) {
  describe.skipIf(!engine.available)(`an answer that was not committed on ${engine.name}`, () => {
    async function ground() {
      const { location, dispose } = await engine.create();
      onTestFinished(dispose);
      return refreshGround(location);
    }

    /** A process has an answer, and sleeps before it commits it. */
    async function sleeping(appSlug: string, prepare: (one: RefreshGround) => void = () => undefined) {
      const one = await ground();
      prepare(one);
      const asleep = await sleeper(one);
      const id = await one.connect(appSlug);
      const wake = asleep.refresh(id);
      await asleep.answered;
      return { one, id, wake };
    }

    test('is committed by whoever comes next, before anything is asked', async () => {
      const one = await ground();
      strictly(one);
      const id = await one.connect('rotating');
      const { db } = one.context.database;
      // Every commit fails, as long as the outbox is away.
      await db.schema.alterTable('outbox').renameTo('outbox_away').execute();
      const context = await one.start({ effects: { sleep: async () => undefined } });
      await expect(freshCredential(context, id)).rejects.toThrow('outbox');
      expect([await one.open(), (await one.state(id)).version]).toEqual([1, 1]);
      await db.schema.alterTable('outbox_away').renameTo('outbox').execute();
      expect(tokenOf(await freshCredential(one.context, id))).toBe('access-1');
      expect(one.provider.received).toHaveLength(1);
      expect(await one.open()).toBe(0);
      one.clock.advance(2 * HOUR_MS);
      expect(tokenOf(await freshCredential(one.context, id))).toBe('access-2');
      expect(await one.events()).toEqual([
        'connection.imported',
        'connection.refreshed',
        'connection.refreshed',
      ]);
    });

    test('recovers a grant that was called failing meanwhile, by who saw that an answer was missing', async () => {
      const one = await ground();
      const asleep = await sleeper(one);
      const id = await one.connect('rotating', { expiry_date: one.clock.now() + 30_000 });
      const wake = asleep.refresh(id);
      await asleep.answered;
      await one.endLeases();
      expect(tokenOf(await freshCredential(one.context, id))).toBe('access-0');
      expect(await wake()).toBe('access-1');
      expect(await one.events()).toEqual([
        'connection.imported',
        'connection.failing provider_answer_missing',
        'connection.recovered',
      ]);
    });

    test('loses to a newer one, is kept, and serves when that is dead', async () => {
      const { one, id, wake } = await sleeping('graceful');
      await one.endLeases();
      // Within the grace the used token is taken again.
      expect(tokenOf(await freshCredential(one.context, id))).toBe('access-2');
      // The one that slept does not overwrite the newer.
      expect(await wake()).toBe('access-2');
      expect(await one.state(id)).toMatchObject({ version: 2 });
      expect(await one.open()).toBe(1);
      // The provider held to its first answer.
      strictly(one).dead.push('refresh-2');
      one.clock.advance(2 * HOUR_MS);
      expect(tokenOf(await freshCredential(one.context, id))).toBe('access-3');
      expect(one.presented()).toEqual(['refresh-0', 'refresh-0', 'refresh-2', 'refresh-1']);
      expect(await one.state(id)).toMatchObject({ status: 'connected' });
      expect(await one.open()).toBe(0);
    });

    test('is no way out where it is the same that was stored and died', async () => {
      const same = { access_token: 'access-same', refresh_token: 'refresh-same', expires_in: 3600 };
      const { one, id, wake } = await sleeping('graceful', ({ provider }) => {
        provider.answer = () => ({ body: same });
      });
      await one.endLeases();
      await freshCredential(one.context, id);
      expect(await wake()).toBe('access-same');
      one.clock.advance(2 * HOUR_MS);
      one.provider.answer = () => ({ status: 400, body: { error: 'invalid_grant' } });
      for (let asked = 0; asked < 3; asked += 1) {
        await expect(freshCredential(one.context, id)).rejects.toMatchObject({ code: 'needs_reconnect' });
      }
      expect(one.presented()).toEqual(['refresh-0', 'refresh-0', 'refresh-same']);
      expect(await one.state(id)).toMatchObject({ statusReason: 'needs_reconnect', version: 2 });
    });

    test('is forgotten once the newer one has proved to live', async () => {
      const { one, id, wake } = await sleeping('graceful');
      await one.endLeases();
      await freshCredential(one.context, id);
      await wake();
      one.clock.advance(2 * HOUR_MS);
      await freshCredential(one.context, id);
      expect(one.presented()).toEqual(['refresh-0', 'refresh-0', 'refresh-2']);
      expect(await one.open()).toBe(0);
    });

    test('raises a grant that was called dead meanwhile', async () => {
      const { one, id, wake } = await sleeping('rotating', strictly);
      await one.endLeases();
      const impatient = await one.start({ effects: { sleep: () => new Promise(setImmediate) } });
      await expect(freshCredential(impatient, id)).rejects.toMatchObject({ code: 'needs_reconnect' });
      expect(await one.state(id)).toMatchObject({ status: 'needs_reconnect', statusReason: 'answer_lost' });
      expect(await wake()).toBe('access-1');
      expect(await one.state(id)).toMatchObject({ status: 'connected', version: 2 });
      expect(await one.events()).toEqual([
        'connection.imported',
        expect.stringMatching(
          /^connection.needs_reconnect answer_lost: .*its process ended, or lost the database/,
        ),
        'connection.recovered',
      ]);
      one.clock.advance(2 * HOUR_MS);
      expect(tokenOf(await freshCredential(one.context, id))).toBe('access-2');
    });

    test('is given up when its user has granted anew', async () => {
      const { one, id, wake } = await sleeping('rotating');
      const again = { imported: false, access_token: 'anew', refresh_token: 'refresh-anew' };
      expect(await one.connect('rotating', { ...again, expiry_date: one.clock.now() + HOUR_MS })).toBe(id);
      expect(await wake()).toBe('anew');
      expect(await one.open()).toBe(0);
    });

    test('is the next state of a grant that was connected anew without a refresh token', async () => {
      const { one, id, wake } = await sleeping('rotating', strictly);
      // The provider gave none again, so that the vault keeps the one that is being used up.
      const again = { imported: false, access_token: 'anew', refresh_token: undefined };
      expect(await one.connect('rotating', { ...again, expiry_date: one.clock.now() + HOUR_MS })).toBe(id);
      expect(await wake()).toBe('access-1');
      one.clock.advance(2 * HOUR_MS);
      expect(tokenOf(await freshCredential(one.context, id))).toBe('access-2');
      expect(one.presented()).toEqual(['refresh-0', 'refresh-1']);
    });
  });
}

test('what a provider answers to a connection that is gone is revoked there', async () => {
  const ground = await refreshGround();
  const id = await ground.connect('rotating');
  const { db } = ground.context.database;
  const issue = ground.provider.answer;
  ground.provider.answer = async request => {
    if (request.url === '/revoke') return {};
    await db.deleteFrom('connection').execute();
    return issue(request);
  };
  await expect(freshCredential(ground.context, id)).rejects.toMatchObject({ code: 'connection_not_found' });
  expect(
    ground.provider.received.map(({ url, body }) => [url, new URLSearchParams(body).get('token')]),
  ).toEqual([
    ['/', null],
    ['/revoke', 'access-1'],
  ]);
  expect(await ground.open()).toBe(0);
});
