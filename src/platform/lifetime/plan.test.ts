import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { googleCalendar } from '../../apps/google-calendar.ts';
import type { OAuthApp, OAuthDefinition } from '../../apps/index.ts';
import { firstNoticeAt, type NewTokens, NOTHING_PLANNED, planFailing, planTokens } from './plan.ts';

const NOW = Date.UTC(2026, 0, 15);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

function app(changes: Partial<OAuthDefinition> = {}): OAuthApp {
  const { credential, ...rest } = googleCalendar;
  const unknown = {
    idleLifetimeMs: 'unknown',
    rotation: { rotates: 'unknown', graceMs: 'unknown' },
  } as const;
  return { ...rest, credential: { ...credential, oauth: { ...credential.oauth, ...unknown, ...changes } } };
}

function tokens(changes: Partial<NewTokens> & { lifeMs?: number | null } = {}): NewTokens {
  const { lifeMs = HOUR, ...rest } = changes;
  return {
    id: 'c1',
    credential: { refreshToken: 'r', expiresAt: lifeMs === null ? null : NOW + lifeMs },
    answer: { refreshToken: 'r', wire: {} },
    before: null,
    ...rest,
  };
}

describe('a token is refreshed before it ends', () => {
  test('in the second half of its life, with what Cal.com needs left of it', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.integer({ min: MINUTE, max: 400 * DAY }), (id, lifeMs) => {
        const { refreshDueAt } = planTokens(app(), tokens({ id, lifeMs }), NOW);
        const leftMs = NOW + lifeMs - (refreshDueAt ?? 0);
        expect(leftMs).toBeGreaterThanOrEqual(Math.min(10 * MINUTE, lifeMs / 3));
        expect(leftMs).toBeLessThanOrEqual(lifeMs / 2 + 1);
      }),
    );
  });

  test('the longer its life, the more is left for an outage, up to a day and its spread', () => {
    const leftMs = (lifeMs: number) =>
      NOW + lifeMs - (planTokens(app(), tokens({ lifeMs }), NOW).refreshDueAt ?? 0);
    expect(leftMs(8 * HOUR)).toBeGreaterThanOrEqual(48 * MINUTE);
    expect(leftMs(14 * DAY)).toBeGreaterThanOrEqual(DAY);
    expect(leftMs(365 * DAY)).toBeLessThanOrEqual(2 * DAY);
  });

  test('those that came in one minute are not due in one minute, and an id is always in its place', () => {
    const due = Array.from({ length: 1_000 }, (_, index) =>
      planTokens(app(), tokens({ id: `connection ${index}` }), NOW),
    ).map(({ refreshDueAt }) => refreshDueAt ?? 0);
    const perMinute = Map.groupBy(due, at => Math.floor(at / MINUTE));
    expect(perMinute.size).toBeGreaterThanOrEqual(10);
    expect(Math.max(...[...perMinute.values()].map(all => all.length))).toBeLessThan(200);
    expect(planTokens(app(), tokens({ id: 'connection 7' }), NOW).refreshDueAt).toBe(due[7]);
  });

  test('at once when it came when it had ended', () => {
    expect(planTokens(app(), tokens({ lifeMs: -HOUR }), NOW).refreshDueAt).toBeLessThanOrEqual(NOW);
  });

  test('once a minute at most, and never more often than the provider allows', () => {
    const refreshed = { lifeMs: 10_000, before: NOTHING_PLANNED };
    expect(planTokens(app(), tokens(refreshed), NOW).refreshDueAt).toBe(NOW + MINUTE);
    const limited = app({ refreshLimit: { count: 10, perMs: 50 * MINUTE } });
    expect(planTokens(limited, tokens(refreshed), NOW).refreshDueAt).toBe(NOW + 5 * MINUTE);
  });

  test('not where it never ends and nothing is known of an idle life', () => {
    expect(planTokens(app(), tokens({ lifeMs: null }), NOW)).toEqual(NOTHING_PLANNED);
  });
});

describe('an idle life', () => {
  test('is ended by a refresh in time, though the token never ends', () => {
    const idle = app({ idleLifetimeMs: 60 * DAY });
    const plan = planTokens(idle, tokens({ lifeMs: null }), NOW);
    expect(plan).toMatchObject({ idleEndsAt: NOW + 60 * DAY, ending: null, noticeAt: null });
    expect(plan.refreshDueAt).toBeLessThanOrEqual(NOW + 46 * DAY);
    expect(plan.refreshDueAt).toBeGreaterThanOrEqual(NOW + 41 * DAY);
  });

  test('that is shorter than the token counts', () => {
    const plan = planTokens(app({ idleLifetimeMs: DAY }), tokens({ lifeMs: 30 * DAY }), NOW);
    expect(plan.refreshDueAt).toBeLessThan(NOW + DAY);
  });

  test('is the foreseen end of a grant whose refresh fails, unless another comes first', () => {
    const known = { grantExpiresAt: null, idleEndsAt: NOW + 60 * DAY, endingReason: null };
    expect(planFailing(known, { refreshDueAt: NOW + MINUTE, at: NOW })).toEqual({
      grantExpiresAt: null,
      idleEndsAt: NOW + 60 * DAY,
      refreshDueAt: NOW + MINUTE,
      ending: { at: NOW + 60 * DAY, reason: 'idle_lifetime' },
      noticeAt: NOW + 53 * DAY,
    });
    const sooner = { ...known, grantExpiresAt: NOW + DAY, endingReason: 'provider_stated' };
    expect(planFailing(sooner, { refreshDueAt: NOW, at: NOW })).toMatchObject({
      ending: { at: NOW + DAY, reason: 'provider_stated' },
      noticeAt: NOW,
    });
  });
});

describe('the end of a grant', () => {
  const stated = (days: number) => ({
    refreshToken: null,
    wire: { refresh_token_expires_in: days * 86_400 },
  });
  const week = { at: NOW + 7 * DAY, reason: 'provider_stated' };

  test("that is stated, of refresh tokens that stay: Google's testing mode", () => {
    const plan = planTokens(googleCalendar, tokens({ answer: stated(7) }), NOW);
    expect(plan).toMatchObject({ grantExpiresAt: NOW + 7 * DAY, ending: week, noticeAt: NOW });
    const refreshed = tokens({ answer: stated(7 - 1 / 24), before: plan });
    expect(planTokens(googleCalendar, refreshed, NOW + HOUR + 900)).toMatchObject({ ending: week });
    const silent = tokens({ answer: { refreshToken: null, wire: {} }, before: plan });
    expect(planTokens(googleCalendar, silent, NOW + HOUR)).toMatchObject({ ending: week });
  });

  test('that the next refresh moves is an idle life', () => {
    const first = planTokens(app(), tokens({ answer: stated(30) }), NOW);
    expect(first).toMatchObject({ grantExpiresAt: null, idleEndsAt: NOW + 30 * DAY, ending: null });
    const moved = planTokens(app(), tokens({ answer: stated(30), before: first }), NOW + DAY);
    expect(moved).toMatchObject({ grantExpiresAt: null, idleEndsAt: NOW + 31 * DAY, ending: null });
    const stays = planTokens(app(), tokens({ answer: stated(29), before: moved }), NOW + 2 * DAY);
    expect(stays).toMatchObject({ grantExpiresAt: NOW + 31 * DAY, idleEndsAt: null });
  });

  test('that the record of a rotating provider leaves open is not taken for a fixed one', () => {
    const rotating = app({ rotation: { rotates: true, graceMs: null } });
    expect(planTokens(rotating, tokens({ answer: stated(7) }), NOW)).toMatchObject({ ending: null });
  });

  test.each([
    ['zero', { refresh_expires_in: 0 }],
    ['a word', { refresh_token_expires_in: 'never' }],
  ])('is not known from %s', (_, wire) => {
    const answer = { refreshToken: 'r', wire };
    expect(planTokens(googleCalendar, tokens({ answer }), NOW)).toMatchObject({ ending: null });
  });

  test('that the record declares counts from the consent, whatever is refreshed', () => {
    const declared = app({ grantLifetimeMs: 100 * DAY });
    const first = planTokens(declared, tokens(), NOW);
    const ending = { at: NOW + 100 * DAY, reason: 'grant_lifetime' };
    expect(first).toMatchObject({ ending, noticeAt: NOW + 93 * DAY });
    const later = tokens({ before: first });
    expect(planTokens(declared, later, NOW + DAY)).toMatchObject({ ending });
  });

  test('without a refresh token is that of its token, and it is looked at then', () => {
    const credential = { refreshToken: null, expiresAt: NOW + 60 * DAY };
    expect(planTokens(app(), tokens({ credential }), NOW)).toEqual({
      ...NOTHING_PLANNED,
      refreshDueAt: NOW + 60 * DAY,
      ending: { at: NOW + 60 * DAY, reason: 'no_refresh_token' },
      noticeAt: NOW + 53 * DAY,
    });
    const lasting = { refreshToken: null, expiresAt: null };
    expect(planTokens(app(), tokens({ credential: lasting }), NOW)).toEqual(NOTHING_PLANNED);
  });
});

test('an end is told first a week before, and at once where a week is not left', () => {
  expect(firstNoticeAt(NOW + 30 * DAY, NOW)).toBe(NOW + 23 * DAY);
  expect(firstNoticeAt(NOW + 2 * DAY, NOW)).toBe(NOW);
});
