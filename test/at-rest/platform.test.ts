import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { createEffects } from '../../src/lib/effects.ts';
import { createLog } from '../../src/lib/log.ts';
import { findHostWebhook } from '../../src/platform/host-webhooks/index.ts';
import { describeEngines } from '../engines.ts';
import { connectionsOf, startPlatform } from '../platform/platform.ts';
import { scriptedServer } from '../platform/server.ts';

const HOOK = 'https://hooks.example/services/PATH-SECRET?token=QUERY-SECRET';
const SECRETS = [`whsec_${Buffer.alloc(24, 3).toString('base64')}`];

describeEngines('who can write the platform’s database, and has no key of the ring,', engine => {
  async function start() {
    const { location, dispose } = await engine.create();
    onTestFinished(dispose);
    const receiver = await scriptedServer();
    const attacker = await scriptedServer();
    const made = await startPlatform({
      location,
      webappUrl: receiver.url,
      hostWebhook: { url: HOOK, secrets: SECRETS },
    });
    const { db } = made.platform.database;
    const events = async (kind: string) =>
      (await sql`select 1 from "platform_event" where "kind" = ${kind}`.execute(db)).rows.length;
    const connect = (token: string) => made.connect('zoom', { access_token: token, refresh_token: 'r' });
    return { ...made, connect, db, events, receiver, attacker };
  }

  test.each(['webappUrl', 'header', 'updatedAt'] as const)(
    'gets no secret of a target whose %s was changed',
    async column => {
      const { platform, connect, db, events, receiver, attacker, logged } = await start();
      const changed = { webappUrl: attacker.url, header: 'x-other', updatedAt: 5 }[column];
      await connect('access-0');
      await sql`update "target" set ${sql.ref(column)} = ${changed}`.execute(db);
      for (let time = 1; time <= 3; time += 1) await platform.runOutbox();
      expect([attacker.received, receiver.received]).toEqual([[], []]);
      expect(await events('target.refused')).toBe(1);
      expect(logged.filter(line => line.includes('target.refused'))).toHaveLength(1);
    },
  );

  test('reads of the host’s webhook its origin alone, and does not turn it elsewhere', async () => {
    const { platform, config, db, events } = await start();
    const { rows } = await sql`select * from "host_webhook"`.execute(db);
    expect(JSON.stringify(rows)).not.toContain('SECRET');
    expect(rows).toMatchObject([{ url: 'https://hooks.example' }]);
    await sql`update "host_webhook" set "url" = 'http://127.0.0.1:9'`.execute(db);
    const context = {
      config,
      database: platform.database,
      effects: createEffects({ log: createLog('silent') }),
    };
    for (let time = 1; time <= 2; time += 1)
      await expect(findHostWebhook(context)).rejects.toMatchObject({ code: 'sealed_unreadable' });
    expect(await events('host_webhook.refused')).toBe(1);
  });

  test('does not move a sealed credential to another connection', async () => {
    const { connect, db, sync, api } = await start();
    await connect('access-0');
    await api('POST', '/api/keyferry/v1/connections', {
      externalUserId: 'mallory',
      calcomUserId: 66,
      appSlug: 'zoom',
      credential: { access_token: 'of-mallory' },
    });
    await sql`update "connection" set "sealedCredential" =
      (select "sealedCredential" from "connection" where "externalUserId" <> 'mallory')
      where "externalUserId" = 'mallory'`.execute(db);
    const answer = await sync('zoom', { userId: 66 });
    expect(answer.status).toBeGreaterThanOrEqual(500);
    expect(await answer.text()).not.toContain('access-0');
    expect(await connectionsOf({ api })).toHaveLength(2);
  });
});
