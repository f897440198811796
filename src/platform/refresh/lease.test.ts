import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { refreshGround, sleeper, tokenOf } from '../../../test/platform/refresh-ground.ts';
import { acquireLease, type Lease, releaseLease } from '../../lib/lease.ts';
import { leaseName } from '../vault/index.ts';
import { freshCredential } from './fresh-credential.ts';
import { LEASE_MS, REFRESH_DEADLINE_MS } from './lease.ts';

describe('the lease', () => {
  test('that has too little left for the request is given back, and taken anew', async () => {
    const ground = await refreshGround();
    const id = await ground.connect('rotating');
    const { db } = ground.context.database;
    let at = 0;
    let begun = 0;
    const slow = await ground.start({
      effects: {
        monotonic: () => at,
        step(name) {
          // The process sleeps before it sends, the first time.
          if (name === 'refresh.begun' && ++begun === 1) at += LEASE_MS - REFRESH_DEADLINE_MS + 1;
        },
      },
    });
    expect(tokenOf(await freshCredential(slow, id))).toBe('access-1');
    expect([begun, ground.provider.received.length, await ground.open()]).toEqual([2, 1, 0]);
    const [lease] = await sql<{ generation: number }>`select "generation" from "lease"`
      .execute(db)
      .then(({ rows }) => rows);
    expect(lease).toEqual({ generation: 2 });
  });

  test('that never suffices is not tried without an end, and nothing is sent', async () => {
    const ground = await refreshGround();
    const id = await ground.connect('rotating');
    let at = 0;
    const slow = await ground.start({
      effects: {
        monotonic: () => at,
        step: name => {
          if (name === 'refresh.begun') at += LEASE_MS;
        },
      },
    });
    await expect(freshCredential(slow, id)).rejects.toMatchObject({ code: 'busy' });
    expect([ground.provider.received.length, await ground.open()]).toEqual([0, 0]);
  });

  test('of another process is not given back by one whose time ran out', async () => {
    const ground = await refreshGround();
    const asleep = await sleeper(ground);
    const id = await ground.connect('rotating');
    const wake = asleep.refresh(id);
    await asleep.answered;
    await ground.endLeases();
    const lease = await acquireLease(ground.context.database, leaseName(id), 60_000);
    expect(await wake()).toBe('access-1');
    expect(await releaseLease(ground.context.database, lease as Lease)).toBe(true);
  });
});
