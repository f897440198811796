import { expect, test } from 'vitest';
import { formApp } from '../../../test/form-apps.ts';
import { type Scripted, scriptedServer } from '../../../test/platform/server.ts';
import { verifyContext } from '../../../test/verify-context.ts';
import { verifyEntry } from './verify.ts';
import { isCalendar } from './verify-ics.ts';

const app = formApp({ verify: 'ics' });
const CALENDAR = [
  'BEGIN:VCALENDAR',
  'VERSION:2.0',
  'PRODID:-//test//EN',
  'BEGIN:VEVENT',
  'UID:1',
  'DTSTAMP:20260101T000000Z',
  'DTSTART:20260101T100000Z',
  'SUMMARY:Busy',
  'END:VEVENT',
  'END:VCALENDAR',
  '',
].join('\r\n');

test('feeds are fetched and read, one calendar or several in one, through redirects', async () => {
  const server = await scriptedServer(({ url }) => {
    if (url === '/one.ics') return { body: CALENDAR };
    if (url === '/two.ics') return { body: CALENDAR + CALENDAR };
    return { status: 302, headers: { location: '/one.ics' } };
  });
  const urls = ['/one.ics', '/two.ics', '/moved.ics'].map(path => `${server.url}${path}`);
  await verifyEntry(verifyContext(), app, { urls });
  expect(server.received.map(({ method }) => method)).toEqual(['GET', 'GET', 'GET', 'GET']);
});

test.each<[string, Scripted, string]>([
  ['a page', { body: '<!doctype html><html><body>Sign in: now</body></html>' }, 'provider_malformed'],
  ['nothing', { body: '' }, 'provider_malformed'],
  ['a calendar that breaks off', { body: CALENDAR.slice(0, 60) }, 'provider_malformed'],
  ['a card', { body: 'BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Ada\r\nEND:VCARD\r\n' }, 'provider_malformed'],
  ['not found', { status: 404 }, 'provider_malformed'],
  ['a login', { status: 401 }, 'credential_refused'],
  ['a fault', { status: 502 }, 'provider_failed'],
  ['a long page', { body: '<!doctype html>'.repeat(10_000) }, 'provider_malformed'],
])('%s is no feed', async (_, answer, code) => {
  const server = await scriptedServer(({ url }) => (url === '/good.ics' ? { body: CALENDAR } : answer));
  const urls = [`${server.url}/good.ics`, `${server.url}/bad.ics`];
  await expect(verifyEntry(verifyContext(), app, { urls })).rejects.toMatchObject({ code });
});

test('of a feed that is longer than what is read the start is judged', async () => {
  const long = `${CALENDAR.slice(0, -15)}${'BEGIN:VEVENT\r\nUID:1\r\nEND:VEVENT\r\n'.repeat(5_000)}END:VCALENDAR\r\n`;
  const server = await scriptedServer(() => ({ body: long }));
  await verifyEntry(verifyContext(), app, { urls: [server.url] });
  expect(server.received).toHaveLength(1);
});

test('feeds are asked for one after another, and none after one that is none', async () => {
  let [now, most] = [0, 0];
  const server = await scriptedServer(async ({ url }) => {
    now += 1;
    most = Math.max(most, now);
    await new Promise(resolve => setTimeout(resolve, 10));
    now -= 1;
    return { body: url === '/3' ? 'nothing' : CALENDAR };
  });
  const urls = Array.from({ length: 8 }, (_, index) => `${server.url}/${index}`);
  await expect(verifyEntry(verifyContext(), app, { urls })).rejects.toMatchObject({
    code: 'provider_malformed',
  });
  expect([most, server.received.length]).toEqual([1, 4]);
});

test.each([
  ['a byte order mark and blank lines', `\ufeff\r\n\r\n${CALENDAR}\r\n\r\n`, true],
  ['small letters, and lines that end in one character', 'begin:vcalendar\nend:vcalendar', true],
  ['lines that end in the other one', 'BEGIN:VCALENDAR\rEND:VCALENDAR\r', true],
  ['a page that names a calendar', '<p>BEGIN:VCALENDAR\r\nEND:VCALENDAR', false],
  ['a longer name', 'BEGIN:VCALENDARS\r\nEND:VCALENDAR', false],
  ['a first line alone', 'BEGIN:VCALENDAR', false],
  ['a last line alone', 'END:VCALENDAR', false],
  ['a thousand blank lines', `${'\r\n'.repeat(1_000)}${CALENDAR}`, false],
])('%s', (_, body, expected) => {
  expect(isCalendar({ body })).toBe(expected);
});

test('each hop is judged by the address policy', async () => {
  const context = verifyContext();
  const refused = verifyContext({ addresses: 'public' });
  const asked: string[] = [];
  const outboundToTyped = async (url: string, request = {}) => {
    asked.push(url);
    // The first hop is a public server that leads inwards.
    return url.includes('public.example')
      ? { status: 302, headers: new Headers({ location: 'http://169.254.169.254/' }), body: '' }
      : refused.outboundToTyped(url, request);
  };
  await expect(
    verifyEntry({ ...context, outboundToTyped }, app, { urls: ['https://public.example/a.ics'] }),
  ).rejects.toMatchObject({ code: 'address_refused' });
  expect(asked).toEqual(['https://public.example/a.ics', 'http://169.254.169.254/']);
});

test.each([
  'ftp://host.example/a.ics',
  'javascript:alert(1)',
  'file:///etc/passwd',
  'https://u:p@host.example/',
])('the address %s is not asked', async url => {
  await expect(verifyEntry(verifyContext(), app, { urls: [url] })).rejects.toMatchObject({
    code: 'body_invalid',
  });
});

test('a list beyond all measure is not fetched', async () => {
  const urls = Array.from({ length: 21 }, (_, index) => `http://127.0.0.1:9/${index}.ics`);
  await expect(verifyEntry(verifyContext(), app, { urls })).rejects.toMatchObject({ code: 'body_invalid' });
});
