import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeEngines, type TestDatabase } from '../../../test/engines.ts';
import { instanceConfig } from '../../../test/instance.ts';
import { type Catalogue, createCatalogue } from '../../apps/index.ts';
import { type Database, migrate, openDatabase } from '../../lib/db/index.ts';
import { INSTANCE_MIGRATIONS } from '../migrations.ts';
import type { InstanceTables } from '../tables.ts';
import { type AppRow, readAppRows, seedApps } from './apps.ts';
import { setApp } from './set-app.ts';

const catalogue = createCatalogue();
const EMPTY = { sealedKeys: null, keysSetAt: {} };

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

  async function read(slug: string): Promise<AppRow> {
    const [found] = await readAppRows(database, ring(), slug);
    if (!found) throw new Error(`no row of ${slug}`);
    return found;
  }

  test('are there for the whole catalogue, apps without keys among them', async () => {
    await seedApps(database, catalogue, 1000);
    const rows = await readAppRows(database, ring());
    expect(new Set(rows.map(({ slug }) => slug))).toEqual(new Set(catalogue.keys()));
    expect(await read('whereby')).toEqual({ slug: 'whereby', enabled: false, keys: null, ...EMPTY });
  });

  test('an upgrade renames, and leaves alone what an operator set and what is as it should be', async () => {
    const keys = { client_id: 'id', client_secret: 'secret' };
    const change = { slug: 'zoom', enabled: true, keys, changed: Object.keys(keys), actor: 'user:1' };
    expect(await setApp(database, ring(), change, EMPTY, 2000)).toBe(true);
    const zoom = catalogue.get('zoom');
    if (zoom === undefined) throw new Error('no zoom');
    const renamed: Catalogue = new Map([...catalogue, ['zoom', { ...zoom, dirName: 'zoomrooms' }]]);
    await seedApps(database, renamed, 3000);
    expect((await row('zoom'))?.dirName).toBe('zoomrooms');
    expect((await row('whereby'))?.updatedAt).toMatch(/^1970-01-01.00:00:01/);
    expect(await read('zoom')).toMatchObject({
      enabled: true,
      keys,
      keysSetAt: { client_id: 2000, client_secret: 2000 },
    });
    await seedApps(database, catalogue, 4000);
    expect((await row('zoom'))?.dirName).toBe('zoomvideo');
  });

  test('an app that was disabled stays so when it is seeded again', async () => {
    const seen = await read('zoom');
    await setApp(database, ring(), { slug: 'zoom', enabled: false, actor: 'user:1' }, seen, 4500);
    await seedApps(database, catalogue, 4600);
    expect(await read('zoom')).toMatchObject({ enabled: false, keys: { client_id: 'id' } });
  });

  test('keys that somebody else has changed meanwhile are not overwritten', async () => {
    const seen = await read('zoom');
    const change = (client_id: string) => ({
      slug: 'zoom',
      keys: { client_id, client_secret: 'secret' },
      changed: ['client_id'],
      actor: 'user:1',
    });
    expect(await setApp(database, ring(), change('first'), seen, 5000)).toBe(true);
    expect(await setApp(database, ring(), change('second'), seen, 5001)).toBe(false);
    expect(await read('zoom')).toMatchObject({
      keys: { client_id: 'first' },
      keysSetAt: { client_id: 5000, client_secret: 2000 },
    });
  });

  test('of apps that this version does not know stay', async () => {
    const older: Catalogue = new Map([...catalogue].slice(1));
    await seedApps(database, older, 6000);
    const [first = ''] = catalogue.keys();
    expect(await row(first)).toBeDefined();
  });
});
