import type { KyselyPlugin } from 'kysely';
import { describe, expect, onTestFinished, test } from 'vitest';
import { engines } from '../../../test/engines.ts';
import { CALCOM_USER, EXTERNAL_USER } from '../../../test/platform/platform.ts';
import { refreshGround, strictly, tokenOf } from '../../../test/platform/refresh-ground.ts';
import { readCredential } from '../../protocol/index.ts';
import { freshCredential } from '../refresh/index.ts';
import { loadGrant, storeGrant } from './index.ts';

/** Pauses once after the read of the row that a reconnect rests on. */
function pausing() {
  const [read, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const watched = new WeakSet<object>();
  const plugin: KyselyPlugin = {
    transformQuery({ node, queryId }) {
      const text = ((node as { sqlFragments?: string[] }).sqlFragments ?? []).join('?');
      if (text.includes('from "connection"') && text.includes('"account" =')) watched.add(queryId);
      return node;
    },
    async transformResult({ queryId, result }) {
      if (watched.has(queryId)) {
        read.resolve();
        await goOn.promise;
      }
      return result;
    },
  };
  return { plugin, read: read.promise, goOn: goOn.resolve };
}

// SQLite has one writer: the refresh waits for the end of the transaction.
for (const engine of engines.filter(({ name }) => name === 'postgres')) {
  describe.skipIf(!engine.available)(`on ${engine.name}`, () => {
    test('a reconnect without a refresh token keeps the one that a refresh beside it has just brought', async () => {
      const { location, dispose } = await engine.create();
      onTestFinished(dispose);
      const ground = await refreshGround(location);
      strictly(ground);
      const id = await ground.connect('rotating');
      const other = await ground.start();
      const pause = pausing();
      const db = other.database.db.withPlugin(pause.plugin);
      const slow = { ...other, database: { ...other.database, db } };
      const credential = readCredential(
        { access_token: 'by-reconnect', expires_in: 3600 },
        ground.clock.now(),
      );
      const placed = { targetId: 'default', externalUserId: EXTERNAL_USER, calcomUserId: CALCOM_USER };
      const sessionId = 'session-1';
      const session = {
        ...placed,
        id: sessionId,
        tokenHash: 'x',
        apps: '[]',
        returnUrl: null,
        browserHash: null,
      };
      await ground.context.database.db
        .insertInto('connect_session')
        .values({ ...session, expiresAt: ground.clock.now() + 1e6, createdAt: 0 })
        .execute();
      const reconnecting = storeGrant(slow, {
        ...placed,
        appSlug: 'rotating',
        account: '',
        sessionId,
        credential,
      });
      await pause.read;
      await freshCredential(ground.context, id);
      const { refreshToken } = (await loadGrant(ground.context, id)).credential;
      pause.goOn();
      await reconnecting;
      const { credential: stored } = await loadGrant(ground.context, id);
      expect(stored).toMatchObject({ accessToken: 'by-reconnect', refreshToken });
      ground.clock.advance(3_700_000);
      expect(tokenOf(await freshCredential(ground.context, id))).not.toBe('by-reconnect');
      expect((await ground.state(id)).status).toBe('connected');
    });
  });
}
