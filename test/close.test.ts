import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '../src/lib/db/index.ts';
import { describeEngines } from './engines.ts';
import { startFaultyServer } from './faulty-server.ts';
import { instanceConfig, startInstance } from './instance.ts';

describeEngines('an instance that is closed while the platform is asked', engine => {
  test.skipIf(engine.name === 'pglite')('waits for the answer, and leaves no mark and no lease', async () => {
    const answer = Promise.withResolvers<void>();
    const asked = Promise.withResolvers<void>();
    const platform = await startFaultyServer();
    onTestFinished(() => platform.close());
    platform.answer = async (_request, response) => {
      asked.resolve();
      await answer.promise;
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ access_token: 'new', expires_in: 3600 }));
    };
    const made = await engine.create();
    const side = await startInstance(
      instanceConfig(made.location, { sync: { endpoint: `${platform.url}/api/sync` } }),
    );
    await side.push({ access_token: 'old', expiry_date: side.clock.now() - 1000 });
    const token = side.instance.accessToken({ userId: side.userId, appSlug: 'google-calendar' });
    await asked.promise;
    const closed = side.instance.close();
    setTimeout(answer.resolve, 50);
    expect((await token).accessToken).toBe('new');
    await closed;
    const again = openDatabase<unknown>(made.location);
    onTestFinished(async () => {
      await again.close();
      await made.dispose();
    });
    const rows = await sql`select "status", "statusReason", "failures" from "Credential"`.execute(again.db);
    expect(rows.rows).toEqual([{ status: 'working', statusReason: null, failures: 0 }]);
    const held = await sql`select "name" from "lease" where "until" > 0`.execute(again.db);
    expect(held.rows).toEqual([]);
  });
});
