import { mkdtempSync } from 'node:fs';
import { bareUpserts, startServer } from '/work/main/bench/child.ts';
import { API_KEY, prepare, pushBody, SECRET, SLUG, USERS } from '/work/main/bench/fixture.ts';
import { measure } from '/work/main/bench/load.ts';
import { startCluster } from '/work/main/test/cluster.ts';

const which = process.argv[2];
const cluster = which === 'postgres' ? await startCluster({ fsync: true }) : null;
const location = cluster ? { url: cluster.url } : { file: mkdtempSync('/tmp/kf-bench-') + '/i.db' };
try {
  await prepare(location, USERS);
  const bodies = Array.from({ length: USERS }, (_, i) => pushBody(i + 1));
  const tokenBodies = Array.from({ length: USERS }, (_, i) =>
    JSON.stringify({ userId: i + 1, appSlug: SLUG }),
  );
  for (const callers of [1, 16, 64]) {
    console.log('bare', callers, Math.round(await bareUpserts(location, callers, 4)));
  }
  await prepare2();
  for (const kind of ['plain', 'instance'] as const) {
    const server = await startServer(kind, location);
    const reads = {
      path: '/api/keyferry/v1/access-token',
      headers: { authorization: `Bearer ${API_KEY}` },
      bodies: tokenBodies,
    };
    for (const callers of [1, 64])
      console.log(kind, 'read', callers, await measure(server, reads, { callers, seconds: 4 }));
    const load = {
      path: '/api/webhook/app-credential',
      headers: { 'calcom-webhook-secret': SECRET },
      bodies,
    };
    for (const callers of [1, 16, 64])
      console.log(
        kind,
        'push',
        callers,
        JSON.stringify(await measure(server, load, { callers, seconds: 5 })),
      );
    await server.stop();
    await prepare2();
  }
  async function prepare2() {
    // sealed rows again
    const { openDatabase } = await import('/work/main/src/lib/db/index.ts');
    const d = openDatabase<any>(location);
    const { sql } = await import('kysely');
    await sql`delete from "Credential"`.execute(d.db);
    await sql`delete from "users"`.execute(d.db);
    await sql`delete from "event"`.execute(d.db);
    await d.close();
    await prepare(location, USERS);
  }
} finally {
  await cluster?.dispose();
}
