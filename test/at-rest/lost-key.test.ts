import { sql } from 'kysely';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parseKeyring } from '../../src/lib/sealed-box.ts';
import { examinePlatform } from '../../src/platform/doctor/examine-platform.ts';
import { engines } from '../engines.ts';
import { KEYRING, startPlatform } from '../platform/platform.ts';

const K1 = `k1:${Buffer.alloc(32, 9).toString('base64')}`;
const K2 = `k2:${Buffer.alloc(32, 5).toString('base64')}`;
const OTHER_K1 = `k1:${Buffer.alloc(32, 4).toString('base64')}`;

// PGlite is one connection: what is closed once is closed.
const lasting = engines.filter(({ name, available }) => available && name !== 'pglite');

describe.each(lasting)('a sealing key on $name', engine => {
  /** A platform with a connection that the first key sealed, closed. */
  async function stored() {
    const { location, dispose } = await engine.create();
    onTestFinished(dispose);
    const first = await startPlatform({ location });
    await first.connect('zoom', { access_token: 'a', refresh_token: 'r' });
    return { location, first };
  }
  const again = (location: NonNullable<Parameters<typeof startPlatform>[0]>['location'], ring: string) =>
    startPlatform({ ...(location ? { location } : {}), keyring: parseKeyring(ring) });

  test('that is lost stops the start with what to do, and one that is back starts it', async () => {
    const { location } = await stored();
    await expect(again(location, K2)).rejects.toMatchObject({
      code: 'sealed_unreadable',
      message: expect.stringContaining('"k1" is missing'),
      remedy: expect.stringContaining('KEYFERRY_ENCRYPTION_KEYS'),
    });
    await expect(again(location, OTHER_K1)).rejects.toMatchObject({
      message: expect.stringContaining('"k1" is wrong'),
    });
    const { config } = await again(location, `${K2},${K1}`);
    const asking = { effects: null, outbound: null } as never;
    const found = await examinePlatform(
      { ...config, keyring: parseKeyring(K2), sync: { ...config.sync, secret: null } },
      asking,
    );
    expect(found).toContainEqual(
      expect.objectContaining({
        check: 'sealing keys',
        verdict: 'failed',
        detail: expect.stringContaining('"k1"'),
      }),
    );
  });

  test('that is missing beside one that serves is logged at the start', async () => {
    const { location, first } = await stored();
    const both = await again(location, `${K2},${K1}`);
    expect(both.logged.join('')).not.toContain('sealing key is missing');
    const { rows } = await sql`select "id" from "sealing_key" order by "id"`.execute(
      first.platform.database.db,
    );
    expect(rows).toEqual([{ id: 'k1' }, { id: 'k2' }]);
    const alone = await again(location, K2);
    expect(alone.logged.filter(line => line.includes('sealing key is missing'))).toHaveLength(1);
    expect(KEYRING.sealWith).toBe('k1');
  });
});
