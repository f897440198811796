import { describe, expect, onTestFinished, test } from 'vitest';
import { DAY, ENGINES, endingsGround } from '../../../test/platform/endings-ground.ts';
import { CLIENT } from '../../../test/platform/platform.ts';
import { writeCursor } from '../../lib/http/index.ts';
import type { EndingRow } from '../store/index.ts';
import { endingRemedy } from './remedy.ts';

describe('the list', () => {
  test.each(ENGINES.filter(({ available }) => available))(
    'comes in pages on $name, soonest first, each once, secrets before connections of the same moment',
    async engine => {
      const { location, dispose } = await engine.create();
      onTestFinished(dispose);
      const { api, clock, endings, token } = await endingsGround({ location });
      const at = clock.now() + 5 * DAY;
      for (let user = 1; user <= 7; user += 1) {
        await api('POST', '/api/keyferry/v1/connections', {
          externalUserId: `user-${user}`,
          calcomUserId: user,
          appSlug: 'google-calendar',
          credential: token({ refresh_token_expires_at: at + Math.floor(user / 3) * DAY }),
        });
      }
      for (const slug of ['zoom', 'google-calendar']) {
        const date = new Date(at + DAY).toISOString();
        await api('PUT', `/api/keyferry/v1/apps/${slug}`, {
          keys: { ...CLIENT, client_secret_expires_at: date },
        });
      }
      const all = (await endings()).endings;
      expect(all).toHaveLength(9);
      expect(all.map(({ endsAt, kind }) => [(Number(endsAt) - at) / DAY, kind])).toEqual([
        [0, 'connection'],
        [0, 'connection'],
        [1, 'app_secret'],
        [1, 'app_secret'],
        [1, 'connection'],
        [1, 'connection'],
        [1, 'connection'],
        [2, 'connection'],
        [2, 'connection'],
      ]);
      for (const limit of [1, 2, 3, 4]) {
        const seen: unknown[] = [];
        for (let after: string | null = ''; after !== null; ) {
          const place: string = after === '' ? '' : `&after=${encodeURIComponent(after)}`;
          const page = await endings(`?limit=${limit}${place}`);
          expect(page.endings.length).toBeLessThanOrEqual(limit);
          seen.push(...page.endings);
          after = page.next;
        }
        expect(seen).toEqual(all);
      }
      expect((await endings('?withinDays=5')).endings).toHaveLength(2);
    },
  );

  test.each(['?after=x', '?after=1.connection.', '?withinDays=-1', '?limit=0'])('refuses %s', async query => {
    const { api } = await endingsGround();
    expect((await api('GET', `/api/keyferry/v1/endings${query}`)).status).toBe(400);
  });

  test.each([
    ['NUL in words', '1.connection.a\0b'],
    ['NUL in a cursor', writeCursor([1, 'connection', 'a\0b'])],
    ['a kind that is none', writeCursor([1, 'user', 'a'])],
    ['a cursor of another list', writeCursor(['connection', 'a'])],
  ])('goes on after no place of %s', async (_, after) => {
    const { api } = await endingsGround();
    const query = new URLSearchParams({ after });
    expect((await api('GET', `/api/keyferry/v1/endings?${query}`)).status).toBe(400);
  });

  test('has a remedy for every reason, also of an app that is no longer there', () => {
    const reasons = [
      'client_secret',
      'grant_lifetime',
      'idle_lifetime',
      'no_refresh_token',
      'provider_stated',
    ] as const;
    const row: Omit<EndingRow, 'reason'> = {
      kind: 'connection',
      id: 'c1',
      appSlug: 'x',
      externalUserId: 'u',
      endsAt: 0,
    };
    const remedies = reasons.map(reason => endingRemedy({ ...row, reason }, null));
    expect(new Set(remedies).size).toBe(reasons.length);
  });
});
