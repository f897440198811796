import { createCipheriv, randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import {
  calendar,
  credentialSyncGround,
  encrypted,
  HEADER,
  NOBODY,
  PATH,
  zoom,
} from '../../test/credential-sync.ts';
import { describeEngines } from '../../test/engines.ts';
import { AES_KEY, AES_TEXT, API_KEY, SECRET } from '../../test/instance.ts';
import { listen } from '../lib/http/index.ts';
import { encryptKeys } from '../protocol/index.ts';

describeEngines(PATH, engine => {
  const { side, another, call, post, posted, rows, addUser, push, token } = credentialSyncGround(engine);

  test('store, list, replace, delete: the shapes of each', async () => {
    const userId = side.userId;
    const first = await post(zoom());
    const id = first.body.credential.id;
    expect([first.status, first.body]).toEqual([200, { credential: { id, type: 'zoom_video' } }]);
    expect(await token('zoom')).toBe('zoom-token');
    const other = await posted(calendar());

    const all = [
      { id, appId: 'zoom', appSlug: 'zoom' },
      { id: other, appId: 'google-calendar', appSlug: 'google-calendar' },
    ];
    expect((await call({ query: { userId } })).body).toEqual({ credentials: all });
    expect((await call({ query: { userId, appSlug: 'zoom' } })).body).toEqual({ credentials: [all[0]] });
    expect((await call({ query: { userId, appSlug: 'no\0ne' } })).body).toEqual({ credentials: [] });
    expect((await call({ query: { userId: NOBODY } })).body).toEqual({ credentials: [] });

    const body = { encryptedKey: encrypted({ access_token: 'another' }) };
    const replaced = await call({ method: 'PATCH', query: { userId, credentialId: id }, body });
    expect([replaced.status, replaced.body]).toEqual([200, { credential: { id, appId: 'zoom' } }]);
    expect(await token('zoom')).toBe('another');

    const deleted = await call({ method: 'DELETE', query: { userId, credentialId: id } });
    expect([deleted.status, deleted.body]).toEqual([200, { credentialDeleted: { id, appId: 'zoom' } }]);
    expect((await rows('Credential')).map(row => row.id)).toEqual([other]);
    expect(
      (await rows('event')).map(({ kind, actor, appId, detail }) => [kind, actor, appId, detail]),
    ).toEqual([
      ['credential.pushed', 'platform', 'zoom', 'version 1'],
      ['credential.pushed', 'platform', 'google-calendar', 'version 1'],
      ['credential.pushed', 'platform', 'zoom', 'version 2'],
      ['credential.deleted', 'api-key', 'zoom', null],
    ]);
  });

  test('a locked user gets nothing stored', async () => {
    const userId = await addUser('locked@example.com');
    const id = await posted(zoom(), { userId });
    const { db } = side.instance.database;
    await sql`update "users" set "locked" = true where "id" = ${userId}`.execute(db);
    expect(await post(zoom(), { userId })).toMatchObject({
      status: 400,
      body: { message: 'User not found' },
    });
    const patch = { method: 'PATCH', query: { userId, credentialId: id }, body: zoom() };
    expect(await call(patch)).toMatchObject({ status: 404, body: { message: 'Credential not found' } });
    expect(await rows('Credential')).toMatchObject([{ id, version: 1 }]);
  });

  test('keys that cannot be read are refused at one time, told by no clock', async () => {
    const slept: number[] = [];
    const watched = await another({}, { sleep: async ms => void slept.push(ms) });
    const credentialId = await posted(zoom());
    const { userId } = side;
    const texts = new Set<string>();
    const keys = [
      `${'00'.repeat(16)}:${'ab'.repeat(32)}`,
      encryptKeys('no json', AES_KEY),
      encrypted({ a: 1 }),
    ];
    for (const encryptedKey of keys) {
      for (const request of [
        { method: 'POST', query: { userId }, body: { appSlug: 'zoom', encryptedKey } },
        { method: 'PATCH', query: { userId, credentialId }, body: { encryptedKey } },
      ]) {
        slept.length = 0;
        const answer = await call(request, watched);
        texts.add(JSON.stringify([answer.status, answer.body]));
        expect(slept).toEqual([expect.toSatisfy(ms => ms >= 0 && ms <= 75)]);
      }
    }
    expect([...texts]).toEqual([expect.stringMatching(/^\[400,\{"message":"The keys cannot be read\. /)]);
    expect(await token('zoom')).toBe('zoom-token');
  });

  test('a repeat replaces, and makes a dead credential work again', async () => {
    const id = await posted(zoom('one'));
    const { db } = side.instance.database;
    const die = sql`update "Credential" set "status" = 'needs_reconnect', "invalid" = true`;
    await die.execute(db);
    expect(await posted(zoom('two'))).toBe(id);
    expect(await token('zoom')).toBe('two');
    const [row] = await rows('Credential');
    expect([row?.status, Boolean(row?.invalid), row?.version]).toEqual(['working', false, 2]);

    await die.execute(db);
    const query = { userId: side.userId, credentialId: id };
    const body = { encryptedKey: encrypted({ access_token: 'three' }) };
    expect((await call({ method: 'PATCH', query, body })).status).toBe(200);
    const [patched] = await rows('Credential');
    expect([patched?.status, Boolean(patched?.invalid), patched?.version]).toEqual(['working', false, 3]);
  });

  test('a push over the webhook and one over API v1 meet in one row', async () => {
    expect((await push({ access_token: 'webhook' }, 'zoom')).status).toBe(200);
    await posted(zoom('v1'));
    expect((await rows('Credential')).map(({ version }) => version)).toEqual([2]);
    expect(await token('zoom')).toBe('v1');
  });

  test('a credential of nobody and one of another user are not found alike', async () => {
    const theirs = await posted(zoom(), { userId: await addUser('other@example.com') });
    for (const credentialId of [theirs, NOBODY]) {
      const query = { userId: side.userId, credentialId };
      const none = { status: 404, body: { message: 'Credential not found', data: null } };
      expect(await call({ method: 'PATCH', query, body: zoom('stolen') })).toMatchObject(none);
      expect(await call({ method: 'DELETE', query })).toMatchObject(none);
    }
    expect(await rows('Credential')).toMatchObject([{ id: theirs, version: 1 }]);
  });

  test('a credential of another account is replaced in its own row', async () => {
    const id = await posted(zoom('one'));
    const { db } = side.instance.database;
    await sql`update "Credential" set "account" = 'second' where "id" = ${id}`.execute(db);
    const first = await posted(zoom('first'));
    const query = { userId: side.userId, credentialId: id };
    const body = { encryptedKey: encrypted({ access_token: 'of-second' }) };
    expect((await call({ method: 'PATCH', query, body })).body).toEqual({
      credential: { id, appId: 'zoom' },
    });
    expect(await token('zoom')).toBe('first');
    // It opens as the credential of its account.
    await sql`update "Credential" set "account" = 'gone' where "id" = ${first}`.execute(db);
    await sql`update "Credential" set "account" = '' where "id" = ${id}`.execute(db);
    await expect(token('zoom')).rejects.toMatchObject({ code: 'sealed_unreadable' });
  });

  test('20 concurrent posts make one row, and all are acknowledged', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => post(zoom(`t${i}`))));
    const [row, ...more] = await rows('Credential');
    expect([row?.version, more]).toEqual([20, []]);
    const said = { credential: { id: row?.id, type: 'zoom_video' } };
    expect(answers.map(({ status, body }) => [status, body])).toEqual(Array(20).fill([200, said]));
  });

  test('Cal.com’s own example platform works without a change', async () => {
    const { userId } = side;
    const ENV = { CALCOM_CREDENTIAL_SYNC_HEADER_NAME: HEADER, CALCOM_TEST_USER_ID: userId };
    let current = 'example-1';
    // Its endpoint for refreshes: no expiry in the answer.
    const endpoint = await listen(
      async request => {
        const secret = request.headers.get(ENV.CALCOM_CREDENTIAL_SYNC_HEADER_NAME);
        if (!secret) return Response.json({ message: 'secret header not set' }, { status: 403 });
        if (secret !== SECRET) return Response.json({ message: 'Invalid secret' }, { status: 403 });
        const form = new URLSearchParams(await request.text());
        expect(Object.fromEntries(form)).toEqual({ calcomUserId: String(userId), appSlug: 'zoom' });
        current = 'example-2';
        return Response.json({ _1: true, access_token: current });
      },
      { port: 0, host: '127.0.0.1' },
    );
    onTestFinished(() => endpoint.close(0));
    const instance = await another({ sync: { endpoint: `${endpoint.url}/api/getToken` } });
    const api = await listen(instance.fetch, { port: 0, host: '127.0.0.1' });
    onTestFinished(() => api.close(0));

    function symmetricEncrypt(text: string, key: string): string {
      const iv = randomBytes(16);
      const cipher = createCipheriv('aes256', Buffer.from(key, 'latin1'), iv);
      const ciphered = cipher.update(text, 'utf8', 'hex') + cipher.final('hex');
      return `${iv.toString('hex')}:${ciphered}`;
    }
    async function setTokenInCalCom(): Promise<unknown> {
      const url = `${api.url}/api/v1/credential-sync?apiKey=cal_${API_KEY}&userId=${ENV.CALCOM_TEST_USER_ID}`;
      const result = await fetch(url, {
        method: 'POST',
        body: JSON.stringify({
          appSlug: 'zoom',
          encryptedKey: symmetricEncrypt(JSON.stringify({ access_token: current }), AES_TEXT),
        }),
        headers: {
          'Content-Type': 'application/json',
          [ENV.CALCOM_CREDENTIAL_SYNC_HEADER_NAME]: SECRET,
        },
      });
      return result.json();
    }

    const [first, second] = [await setTokenInCalCom(), await setTokenInCalCom()];
    expect(first).toEqual({ credential: { id: expect.any(Number), type: 'zoom_video' } });
    expect(second).toEqual(first);
    const ask = { userId, appSlug: 'zoom' };
    expect(await instance.accessToken(ask)).toMatchObject({ accessToken: 'example-1', expiresAt: null });
    const refreshed = await instance.accessToken({ ...ask, rejectedToken: 'example-1' });
    expect(refreshed).toMatchObject({ accessToken: 'example-2', expiresAt: null });
  });
});
