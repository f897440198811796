import type { KyselyPlugin } from 'kysely';
import { describe, expect, onTestFinished, test } from 'vitest';
import { engines } from '../../../test/engines.ts';
import { CALCOM_USER, EXTERNAL_USER } from '../../../test/platform/platform.ts';
import { refreshGround, strictly } from '../../../test/platform/refresh-ground.ts';
import { readCredential } from '../../protocol/index.ts';
import { freshCredential, type RefreshContext } from '../refresh/index.ts';
import { disconnect, storeGrant } from './index.ts';

/** Pauses a context's transactions after a statement whose text has a part. */
function pausedAfter(context: RefreshContext, part: string) {
  const reached = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const watched = new WeakSet<object>();
  const plugin: KyselyPlugin = {
    transformQuery({ node, queryId }) {
      const fragments = (node as { sqlFragments?: string[] }).sqlFragments ?? [];
      if (fragments.join('?').includes(part)) watched.add(queryId);
      return node;
    },
    async transformResult({ result, queryId }) {
      if (watched.has(queryId)) {
        reached.resolve();
        await goOn.promise;
      }
      return result;
    },
  };
  const { database } = context;
  const paused = { ...context, database: { ...database, db: database.db.withPlugin(plugin) } };
  return { paused, reached: reached.promise, goOn: goOn.resolve };
}

const MOVED = 8;
const [postgres] = engines.filter(({ name }) => name === 'postgres');

// SQLite has one transaction that writes at a time.
describe.skipIf(postgres?.available !== true)('a user who moves to another id', () => {
  async function ground() {
    if (postgres === undefined) throw new Error('no PostgreSQL');
    const { location, dispose } = await postgres.create();
    onTestFinished(dispose);
    const made = await refreshGround(location);
    strictly(made);
    const id = await made.connect('rotating');
    await made.context.database.db.updateTable('outbox').set({ state: 'done' }).execute();
    const other = await made.start();
    const move = (context: RefreshContext) =>
      storeGrant(context, {
        targetId: 'default',
        externalUserId: EXTERNAL_USER,
        calcomUserId: MOVED,
        appSlug: 'zoom',
        account: '',
        sessionId: null,
        credential: readCredential({ access_token: 'of another app' }, made.clock.now()),
      });
    /** What waits for each id, of the app that was connected before. */
    const wishes = async () => {
      const rows = await made.context.database.db
        .selectFrom('outbox')
        .select(['calcomUserId', 'topic'])
        .where('appSlug', '=', 'rotating')
        .where('state', '=', 'waiting')
        .execute();
      return new Map(rows.map(({ calcomUserId, topic }) => [calcomUserId, topic]));
    };
    return { ...made, id, other, move, wishes };
  }

  test('while the app is disconnected leaves the credential at neither id', async () => {
    const { context, other, id, move, wishes } = await ground();
    // The push for the new id is there, and not committed yet.
    const { paused, reached, goOn } = pausedAfter(other, 'insert into "platform_event"');
    const moving = move(paused);
    await reached;
    const disconnecting = disconnect(context, id, 'host');
    // Either it waits for the move, or it has been through by now and could not know of it.
    await Promise.race([disconnecting, new Promise(resolve => setTimeout(resolve, 300))]);
    goOn();
    await Promise.all([moving, disconnecting]);
    expect(await wishes()).toEqual(
      new Map([
        [CALCOM_USER, 'credential.delete'],
        [MOVED, 'credential.delete'],
      ]),
    );
  });

  test('while the grant is refreshed gets the new token at the new id, and nothing at the old one', async () => {
    const { context, other, id, move, wishes } = await ground();
    const { paused, reached, goOn } = pausedAfter(other, 'insert into "platform_event"');
    const moving = move(paused);
    await reached;
    const refreshing = freshCredential(context, id, { rejected: () => true });
    await Promise.race([refreshing, new Promise(resolve => setTimeout(resolve, 300))]);
    goOn();
    await Promise.all([moving, refreshing.catch(() => null)]);
    const waiting = await wishes();
    expect(waiting.get(CALCOM_USER)).toBe('credential.delete');
    expect(waiting.get(MOVED)).toBe('credential.push');
  });
});
