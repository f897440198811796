import { describe, expect, test } from 'vitest';
import { FEED } from '../../../test/form-services.ts';
import { MOST_HELD_MS, watchLoop } from '../../../test/loop-delay.ts';
import { connectLink, newBrowser } from '../../../test/platform/connect-ground.ts';
import { appAddress, openSession } from '../../../test/platform/connect-page.ts';
import { startPlatform } from '../../../test/platform/platform.ts';
import { scriptedServer } from '../../../test/platform/server.ts';

/** A browser before the form of feeds, on a platform where users may name private addresses. */
async function setUp(options: { allowPrivateAddresses?: boolean } = {}) {
  const all = await startPlatform({ allowPrivateAddresses: true, ...options });
  const ada = newBrowser(all);
  const url = await connectLink(all, { apps: ['ics-feed', 'caldav-calendar'] });
  const session = await openSession(ada, url);
  const submit = (fields: object, slug = 'ics-feed') =>
    ada.ask('POST', appAddress(url, session, slug), { fields });
  return { all, submit };
}

const linesOf = (url: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${url}/${index}`).join('\n');

describe('what a link may ask of services', () => {
  test('ends at 120 requests, redirects included, however many forms are sent at once', async () => {
    const server = await scriptedServer(({ url }) => ({ status: 302, headers: { location: `${url}x` } }));
    const { submit } = await setUp();
    const forms = Array.from({ length: 30 }, () => submit({ urls: linesOf(server.url, 20) }));
    const statuses = (await Promise.all(forms)).map(({ status }) => status);
    expect(server.received.length).toBeLessThanOrEqual(120);
    expect(statuses.filter(status => status === 410).length).toBeGreaterThanOrEqual(10);

    const moved = await scriptedServer(({ url }) =>
      url.endsWith('x') ? { body: FEED } : { status: 302, headers: { location: `${url}x` } },
    );
    const other = await setUp();
    expect((await other.submit({ urls: linesOf(moved.url, 20) })).status).toBe(200);
  });

  test('ends at 64 MiB of answers; what an answer did not need is given back', async () => {
    const long = `BEGIN:VCALENDAR\n${'x'.repeat(2 * 1024 * 1024)}`;
    const bodies: Record<string, string> = { '/8': FEED, '/9': 'none' };
    const server = await scriptedServer(({ url }) => ({
      body: bodies[url] ?? long,
    }));
    const { submit } = await setUp();
    const statuses = [];
    for (let form = 0; form < 8; form += 1) {
      statuses.push((await submit({ urls: linesOf(server.url, 10) })).status);
    }
    // Eight feeds of 1 MiB a form, and two that are short: seven forms are a little over 56.
    expect(statuses).toEqual([424, 424, 424, 424, 424, 424, 424, 410]);
  });
});

test('a feed made to be slow to parse holds nobody, and is judged by its lines', async () => {
  const bytes = 1024 * 1024;
  for (const middle of [`X${';A=b'.repeat(bytes / 4 - 10)}:v`, `${' x\r\n'.repeat(bytes / 4 - 20)}`]) {
    const feed = `BEGIN:VCALENDAR\r\n${middle}\r\nEND:VCALENDAR\r\n`;
    const server = await scriptedServer(() => ({ body: feed }));
    const { submit } = await setUp();
    const { result, heldMs } = await watchLoop(() => submit({ urls: server.url }));
    expect(result.status).toBe(200);
    expect(heldMs).toBeLessThan(MOST_HELD_MS);
  }
});

test('why an address was not reached stands in the log, and not in the answer', async () => {
  const { all, submit } = await setUp({ allowPrivateAddresses: false });
  const told = [];
  for (const host of ['no-such-name.invalid', 'localhost:5432', '127.0.0.1:1']) {
    const answer = await submit({ urls: `https://${host}/` });
    const { code, detail, remedy } = (await answer.json()) as {
      code: string;
      detail: string;
      remedy: string;
    };
    told.push({ status: answer.status, code, detail: detail.replace(host, 'HOST'), remedy });
    const line = all.logged.findLast(one => one.includes('connect failed')) ?? '{}';
    expect(JSON.parse(line)).toMatchObject({
      told: expect.stringContaining(host),
      cause: expect.any(String),
    });
  }
  expect(told[0]).toMatchObject({ status: 422, code: 'address_refused' });
  expect(told[1]).toEqual(told[0]);
  expect(told[2]).toEqual(told[0]);
  // With the operator's leave a port is asked, and its fault told in general words.
  const open = await setUp();
  expect(await (await open.submit({ urls: 'http://127.0.0.1:1/' })).text()).not.toMatch(/ECONN|port/i);
});

test('a password is not sent without https', async () => {
  const server = await scriptedServer(() => ({ status: 401 }));
  const entered = { username: 'ada', password: 'p' };
  const { submit } = await setUp({ allowPrivateAddresses: false });
  const refused = await submit({ ...entered, url: 'http://93.184.216.34/dav' }, 'caldav-calendar');
  expect([refused.status, await refused.json()]).toMatchObject([
    400,
    { faults: [{ field: 'url', reason: 'https' }] },
  ]);
  const open = await setUp();
  expect((await open.submit({ ...entered, url: server.url }, 'caldav-calendar')).status).toBe(422);
  expect(server.received).toHaveLength(1);
});
