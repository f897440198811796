import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeEngines, type TestDatabase } from '../../../test/engines.ts';
import { instanceConfig } from '../../../test/instance.ts';
import { type Catalogue, createCatalogue } from '../../apps/index.ts';
import { type Database, migrate, openDatabase } from '../../lib/db/index.ts';
import { INSTANCE_MIGRATIONS } from '../migrations.ts';
import type { InstanceTables } from '../tables.ts';
import { listApps, seedApps, setApp } from './apps.ts';

const catalogue = createCatalogue();

describeEngines('the App rows', engine => {
  let store: TestDatabase;
  let database: Database<InstanceTables>;
  beforeAll(async () => {
    store = await engine.create();
    database = openDatabase<InstanceTables>(store.location);
    await migrate(database, INSTANCE_MIGRATIONS);
  });
  afterAll(async () => {
    await database.close();
    await store.dispose();
  });
  const ring = () => instanceConfig(store.location).keyring;

  async function row(slug: string) {
    const { rows } = await sql<{ dirName: string; updatedAt: string; enabled: boolean | 0 | 1 }>`
      select "dirName", "updatedAt", "enabled" from "App" where "slug" = ${slug}`.execute(database.db);
    return rows[0];
  }

  test('are there for the whole catalogue, apps without keys among them', async () => {
    await seedApps(database, catalogue, 1000);
    const apps = await listApps(database, catalogue, ring());
    expect(new Set(apps.map(({ slug }) => slug))).toEqual(new Set(catalogue.keys()));
    expect(apps.find(({ slug }) => slug === 'whereby')).toEqual({
      slug: 'whereby',
      name: 'Whereby',
      categories: ['conferencing'],
      enabled: false,
      keysSet: false,
      publicKeys: {},
    });
  });

  test('an upgrade renames, and leaves alone what an operator set and what is as it should be', async () => {
    const keys = { client_id: 'id', client_secret: 'secret' };
    await setApp(database, ring(), { slug: 'zoom', enabled: true, keys }, 2000);
    const zoom = catalogue.get('zoom');
    if (zoom === undefined) throw new Error('no zoom');
    const renamed: Catalogue = new Map([...catalogue, ['zoom', { ...zoom, dirName: 'zoomrooms' }]]);
    await seedApps(database, renamed, 3000);
    expect((await row('zoom'))?.dirName).toBe('zoomrooms');
    expect((await row('whereby'))?.updatedAt).toMatch(/^1970-01-01.00:00:01/);
    const listed = await listApps(database, renamed, ring());
    expect(listed.find(({ slug }) => slug === 'zoom')).toMatchObject({
      enabled: true,
      keysSet: true,
      publicKeys: { client_id: 'id' },
    });
    await seedApps(database, catalogue, 4000);
    expect((await row('zoom'))?.dirName).toBe('zoomvideo');
  });

  test('of apps that this version does not know stay, unlisted', async () => {
    const older: Catalogue = new Map([...catalogue].slice(1));
    await seedApps(database, older, 5000);
    const [first = ''] = catalogue.keys();
    expect(await row(first)).toBeDefined();
    expect(await listApps(database, older, ring())).toHaveLength(107);
  });
});
