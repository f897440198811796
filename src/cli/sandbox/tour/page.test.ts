import { expect, test } from 'vitest';
import { faultPage, page } from './page.ts';
import type { View } from './view.ts';

const now = Date.UTC(2026, 0, 15, 12);
const evil = '<img src=x onerror=alert(1)>';

const view: View = {
  story: {
    connection: {
      id: evil,
      account: evil,
      status: 'needs_reconnect',
      statusReason: evil,
      expiresAt: now - 1,
      version: 1,
      createdAt: now,
      refreshedAt: null,
    },
    delivery: { state: 'stopped', attempts: 3, dueAt: now, lastStatus: 403, lastError: evil, updatedAt: now },
    credential: {
      id: 1,
      status: 'failing',
      statusReason: evil,
      expiresAt: now - 60_000,
      version: 1,
      pushedAt: now,
      refreshedAt: null,
    },
    sealed: evil,
    platformNotes: [{ at: now, kind: evil, detail: evil }],
    instanceNotes: [],
  },
  notice: { step: 1, tone: 'bad', text: evil, remedy: evil },
  use: {
    at: now,
    calendars: [{ id: evil, name: evil, primary: true }],
    busy: [{ start: evil, end: evil }],
    events: [{ id: `"${evil}`, calendarId: evil, title: evil, start: evil, end: evil }],
    before: { version: 1, refreshedAt: null },
    after: { version: 1, refreshedAt: null },
  },
  now,
  aheadMs: 0,
  googleUrl: evil,
  forgotten: false,
  demoUserId: 2,
  places: { instance: 'http://instance.test', platform: 'http://platform.test' },
};

test('whatever the roles, the provider or an event say is shown as text', async () => {
  for (const html of [await page(view), await faultPage(evil, evil)]) {
    expect(String(html)).not.toContain('<img');
    expect(String(html)).toContain('&lt;img');
  }
});

test('a dead grant, a stopped delivery and an expired token each offer what to do', async () => {
  const text = String(await page(view));
  for (const label of ['Connect again', 'Deliver now', 'Use it again', 'Disconnect']) {
    expect(text).toMatch(new RegExp(`<button[^>]*>${label}</button>`));
  }
  expect(text).toContain('needs reconnect');
  expect(text).toContain('stopped: it needs a hand');
  expect(text).not.toContain('http-equiv="refresh"');
});

test('the page reloads itself only while a first delivery is on its way', async () => {
  const { story } = view;
  if (!story.delivery) throw new Error('The view has a delivery.');
  const delivery = { ...story.delivery, state: 'waiting', attempts: 0 };
  expect(String(await page({ ...view, story: { ...story, delivery } }))).toContain('http-equiv="refresh"');
});
