import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import {
  calendar,
  credentialSyncGround,
  EMAIL,
  encrypted,
  NOBODY,
  PATH,
  TOKEN,
  zoom,
} from '../../../test/credential-sync.ts';
import { describeEngines } from '../../../test/engines.ts';
import { startFaultyServer } from '../../../test/faulty-server.ts';
import { AES_TEXT, API_KEY, SECRET } from '../../../test/instance.ts';
import { createLog } from '../../lib/log.ts';

const BOTH = { createSelectedCalendar: 'true', createDestinationCalendar: 'true' };

describeEngines('a calendar that comes with a credential', engine => {
  const { side, another, call, post, posted, rows, push, token } = credentialSyncGround(engine);

  test('20 concurrent posts make one row, and one of each calendar', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => post(calendar(), BOTH)));
    const [row, ...more] = await rows('Credential');
    expect(more).toEqual([]);
    expect(row).toMatchObject({ version: 20, type: 'google_calendar' });
    const said = { credential: { id: row?.id, type: 'google_calendar' } };
    expect(answers.map(({ status, body }) => [status, body])).toEqual(Array(20).fill([200, said]));
    expect(await rows('SelectedCalendar')).toHaveLength(1);
    expect(await rows('DestinationCalendar')).toHaveLength(1);
    expect(await rows('event')).toHaveLength(20);
  });

  test('stored, replaced, pushed and deleted at once: nothing fails, no calendar outlives its credential', async () => {
    const { userId } = side;
    for (let round = 0; round < 5; round += 1) {
      const credentialId = await posted(calendar(), BOTH);
      const body = { encryptedKey: calendar('replaced').encryptedKey };
      const query = { userId, credentialId };
      const answers = await Promise.all(
        Array.from({ length: 4 }, () => [
          post(calendar(), BOTH),
          call({ method: 'DELETE', query }),
          push({ access_token: 'pushed' }),
          call({ method: 'PATCH', query, body }),
          post(zoom(), BOTH),
        ]).flat(),
      );
      // 404 is for those that came after a deletion.
      for (const { status } of answers) expect([200, 404]).toContain(status);
      const [credential] = (await rows('Credential')).filter(({ appId }) => appId === 'google-calendar');
      for (const table of ['SelectedCalendar', 'DestinationCalendar'] as const) {
        for (const row of await rows(table)) expect(row.credentialId).toBe(credential?.id);
      }
    }
  });

  test.each([
    ['nothing asked', {}, 0, 0],
    ['selected', { createSelectedCalendar: 'true' }, 1, 0],
    ['destination', { createDestinationCalendar: 'true' }, 0, 1],
    ['both', BOTH, 1, 1],
    ['not exactly true', { createSelectedCalendar: 'TRUE', createDestinationCalendar: '1' }, 0, 0],
    ['false', { createSelectedCalendar: 'false', createDestinationCalendar: '' }, 0, 0],
  ])('calendars: %s', async (_, query, selected, destination) => {
    const credentialId = await posted(calendar(), query);
    const expected = { userId: side.userId, integration: 'google_calendar', externalId: EMAIL, credentialId };
    expect(await rows('SelectedCalendar')).toEqual(
      Array(selected).fill(expect.objectContaining({ ...expected, eventTypeId: null })),
    );
    expect(await rows('DestinationCalendar')).toEqual(
      Array(destination).fill(expect.objectContaining({ ...expected, primaryEmail: EMAIL })),
    );
    // Both go with their credential.
    await call({ method: 'DELETE', query: { userId: side.userId, credentialId } });
    expect([await rows('SelectedCalendar'), await rows('DestinationCalendar')]).toEqual([[], []]);
  });

  test('an app that is no calendar gets none, and its provider is not asked', async () => {
    await posted(zoom(), BOTH);
    expect([await rows('SelectedCalendar'), await rows('DestinationCalendar')]).toEqual([[], []]);
  });

  test('a calendar app whose calendars cannot be listed here is stored without them alone', async () => {
    const server = { url: 'https://dav.example.com', username: 'ada', password: 'secret' };
    for (const body of [
      { appSlug: 'caldav-calendar', encryptedKey: encrypted(server) },
      {
        appSlug: 'ics-feed',
        encryptedKey: encrypted({ urls: ['https://example.com/a.ics'], skipWriting: true }),
      },
    ]) {
      for (const query of [BOTH, { createSelectedCalendar: 'true' }]) {
        const missing = { status: 500, body: { message: 'Calendar missing for credential', data: null } };
        expect(await post(body, query)).toMatchObject(missing);
      }
      expect(await rows('Credential')).toEqual([]);
      const id = await posted(body);
      await call({ method: 'DELETE', query: { userId: side.userId, credentialId: id } });
    }
  });

  test('the first calendar where none is primary; a second destination takes the place of the first', async () => {
    await posted(calendar(), BOTH);
    const provider = await startFaultyServer();
    onTestFinished(provider.close);
    provider.answer = (_, response) =>
      void response.end(JSON.stringify({ items: [{ id: 'no-address' }, { id: 'second' }] }));
    const instance = await another({ providers: { 'google-calendar': { apiBase: provider.url } } });
    expect((await post(calendar('another'), BOTH, instance)).status).toBe(200);
    expect(provider.seen.map(({ headers }) => headers.authorization)).toEqual(['Bearer another']);
    expect((await rows('SelectedCalendar')).map(row => row.externalId).toSorted()).toEqual([
      EMAIL,
      'no-address',
    ]);
    const { rows: users } = await sql<{ email: string }>`
      select "email" from "users" where "id" = ${side.userId}`.execute(side.instance.database.db);
    expect(await rows('DestinationCalendar')).toMatchObject([
      { externalId: 'no-address', primaryEmail: users[0]?.email, userId: side.userId },
    ]);
  });

  test('a provider that fails leaves nothing behind, nor changes what was there', async () => {
    const provider = await startFaultyServer();
    onTestFinished(provider.close);
    const instance = await another({ providers: { 'google-calendar': { apiBase: provider.url } } });
    const FAULTS: [number, string, unknown][] = [
      [401, '{}', expect.stringContaining('refused')],
      [429, '{}', expect.stringContaining('later')],
      [500, 'secret-of-the-provider', 'The provider answered 500.'],
      [200, '<html>', expect.stringContaining('something else than JSON')],
      [200, '{"items":[]}', 'Calendar missing for credential'],
    ];
    for (const before of [[], [{ version: 1 }]]) {
      if (before.length > 0) await posted(calendar());
      for (const [status, text, message] of FAULTS) {
        provider.answer = (_, response) => void response.writeHead(status).end(text);
        const answer = await post(calendar('not-stored'), BOTH, instance);
        expect([status, text, answer.status, answer.body]).toEqual([
          status,
          text,
          500,
          { message, data: null },
        ]);
        expect(await rows('Credential')).toMatchObject(before);
        expect(await rows('Credential')).toHaveLength(before.length);
        expect([await rows('SelectedCalendar'), await rows('DestinationCalendar')]).toEqual([[], []]);
      }
    }
    expect(await token('google-calendar')).toBe(TOKEN);
  });

  test('a database that fails halfway leaves nothing behind; the log has no key, no secret, no token', async () => {
    const lines: string[] = [];
    const log = createLog('trace', { write: line => void lines.push(line) });
    const instance = await another(
      { providers: { 'google-calendar': { apiBase: side.googleUrl } } },
      { log },
    );
    const { db } = side.instance.database;
    await sql`alter table "DestinationCalendar" rename to "elsewhere"`.execute(db);
    const answer = await post(calendar(), BOTH, instance).finally(() =>
      sql`alter table "elsewhere" rename to "DestinationCalendar"`.execute(db),
    );
    expect([answer.status, answer.body]).toEqual([500, { message: 'Something went wrong' }]);
    expect([await rows('Credential'), await rows('event'), await rows('SelectedCalendar')]).toEqual([
      [],
      [],
      [],
    ]);

    // What is refused is logged too.
    await post({ appSlug: 'zoom', encryptedKey: 'x' }, {}, instance);
    await post(zoom(), { userId: NOBODY }, instance);
    const text = lines.join('');
    expect(lines.map(line => JSON.parse(line).path ?? JSON.parse(line).reason)).toEqual([
      PATH,
      expect.any(String),
      'User not found',
    ]);
    for (const secret of [API_KEY, 'apiKey', SECRET, AES_TEXT, TOKEN]) expect(text).not.toContain(secret);
  });
});
