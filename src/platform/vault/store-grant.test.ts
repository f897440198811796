import { describe, expect, onTestFinished, test } from 'vitest';
import { engines } from '../../../test/engines.ts';
import { connectionsOf, startPlatform } from '../../../test/platform/platform.ts';

for (const engine of engines.filter(({ name }) => name !== 'pglite')) {
  describe.skipIf(!engine.available)(`grants that come at the same time on ${engine.name}`, () => {
    /** On SQLite one: two connections of one process would wait for each other without letting go of it. */
    async function processes() {
      const { location, dispose } = await engine.create();
      onTestFinished(dispose);
      const one = await startPlatform({ location });
      return [one, engine.name === 'sqlite' ? one : await startPlatform({ location })] as const;
    }

    test('for one user and app make one connection, and one push with the last of them', async () => {
      const [one, other] = await processes();
      const imports = Array.from({ length: 20 }, (_, index) =>
        (index % 2 === 0 ? one : other).connect('zoom', { access_token: `access-${index}` }),
      );
      expect(new Set(await Promise.all(imports)).size).toBe(1);
      expect(await connectionsOf(one)).toMatchObject([
        { version: 20, deliveries: [{ topic: 'credential.push', state: 'waiting' }] },
      ]);
    });

    test('for one id of the target make one user, and the rest is a conflict', async () => {
      const [one, other] = await processes();
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          (index % 2 === 0 ? one : other).api('POST', '/api/keyferry/v1/connections', {
            externalUserId: `user-${index}`,
            calcomUserId: 7,
            appSlug: 'zoom',
            credential: { access_token: 'a' },
          }),
        ),
      );
      const statuses = answers.map(({ status }) => status);
      expect(statuses.filter(status => status === 201)).toHaveLength(1);
      expect(statuses.filter(status => status === 409)).toHaveLength(19);
      expect(await connectionsOf(one)).toHaveLength(1);
    });

    test('moves of users between ids end without a lost push', async () => {
      const [one, other] = await processes();
      const place = (all: typeof one, externalUserId: string, calcomUserId: number, appSlug: string) =>
        all.api('POST', '/api/keyferry/v1/connections', {
          externalUserId,
          calcomUserId,
          appSlug,
          credential: { access_token: 'a' },
        });
      await place(one, 'user-1', 1, 'zoom');
      await Promise.all([place(one, 'user-1', 2, 'google-calendar'), place(other, 'user-1', 2, 'zoom')]);
      const { db } = one.platform.database;
      const wishes = await db.selectFrom('outbox').select(['topic', 'calcomUserId', 'appSlug']).execute();
      const now = wishes.map(({ topic, calcomUserId, appSlug }) => `${topic} ${calcomUserId} ${appSlug}`);
      // At the old id a delete of what was never there does no harm; a push there would.
      const wanted = [
        'credential.delete 1 zoom',
        'credential.push 2 zoom',
        'credential.push 2 google-calendar',
      ];
      expect(now).toEqual(expect.arrayContaining(wanted));
      expect(now).not.toContainEqual(expect.stringMatching(/push 1|delete 2/));
    });
  });
}
