import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { describeEngines } from '../../../test/engines.ts';
import { bodyOf, newAdmin, rolesOn, withKey } from '../../../test/sign-in.ts';

describeEngines('a credential that is deleted', engine => {
  const sideOf = rolesOn(engine, {}, ['instance']);

  test('leaves an event that names who did it', async () => {
    const side = sideOf('instance');
    const { db } = side.signIn.store;
    const admin = await newAdmin(side, 'deleting@example.com');
    const add = async (appSlug: string) => {
      const { rows } = await sql<{ id: number }>`
        insert into "Credential" ("type", "userId", "appId", "sealedKey", "createdAt", "updatedAt", "pushedAt")
        values ('t', ${admin.id}, ${appSlug}, 's', 1, 1, 1) returning "id"`.execute(db);
      return rows[0]?.id;
    };
    const path = '/api/keyferry/v1/credentials';
    await add('zoom');
    await bodyOf(admin.send('DELETE', `${path}?userId=${admin.id}&appSlug=zoom`));
    await bodyOf(admin.send('DELETE', `${path}/${await add('webex')}`));
    await bodyOf(withKey(side, 'DELETE', `${path}/${await add('hubspot')}`));
    const { rows } = await sql`select "actor", "userId", "appId" from "event"
      where "kind" = 'credential.deleted' order by "id"`.execute(db);
    expect(rows).toEqual([
      { actor: `user:${admin.id}`, userId: admin.id, appId: 'zoom' },
      { actor: `user:${admin.id}`, userId: admin.id, appId: 'webex' },
      { actor: 'api-key', userId: admin.id, appId: 'hubspot' },
    ]);
  });
});
