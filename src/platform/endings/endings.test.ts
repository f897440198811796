import { expect, onTestFinished, test } from 'vitest';
import { DAY, ENGINES, endingsGround, HOUR } from '../../../test/platform/endings-ground.ts';
import { EXTERNAL_USER } from '../../../test/platform/platform.ts';

const WEEK = { refresh_token_expires_in: 7 * 86_400 };

for (const engine of ENGINES) {
  test.skipIf(!engine.available)(
    `Google's testing mode is told with what to do, at once and a day before, on ${engine.name}`,
    async () => {
      const { location, dispose } = await engine.create();
      onTestFinished(dispose);
      const { platform, connect, clock, token, endings, told, start } = await endingsGround({ location });
      const connectionId = await connect('google-calendar', token(WEEK));
      const endsAt = start + 7 * DAY;
      expect(await endings()).toEqual({
        next: null,
        endings: [
          {
            kind: 'connection',
            appSlug: 'google-calendar',
            connectionId,
            externalUserId: EXTERNAL_USER,
            endsAt,
            reason: 'provider_stated',
            remedy: expect.stringContaining('testing mode'),
          },
        ],
      });
      expect(await platform.runEndings()).toBe(1);
      expect(await platform.runEndings()).toBe(0);
      clock.advance(6 * DAY - 1);
      expect(await platform.runEndings()).toBe(0);
      clock.advance(1);
      expect(await platform.runEndings()).toBe(1);
      clock.advance(2 * DAY);
      expect(await platform.runEndings()).toBe(0);
      const event = { kind: 'connection.ending', connectionId, appSlug: 'google-calendar' };
      const detail = `provider_stated at ${new Date(endsAt).toISOString()}`;
      expect(await told()).toEqual([
        { ...event, detail, at: 0 },
        { ...event, detail, at: 6 * DAY },
      ]);
    },
  );
}

test('a refresh that states the same end does not tell it again; a new grant does', async () => {
  const { platform, connect, clock, token, endings, provider, start } = await endingsGround();
  await connect('google-calendar', token(WEEK));
  await platform.runEndings();
  provider.answer = () => ({
    body: {
      access_token: 'access-1',
      expires_in: 3600,
      refresh_token_expires_in: Math.floor((start + 7 * DAY - clock.now()) / 1000),
    },
  });
  for (let hour = 1; hour <= 5; hour += 1) {
    clock.advance(HOUR);
    expect(await platform.runAhead()).toBe(1);
  }
  expect(await platform.runEndings()).toBe(0);
  expect((await endings()).endings).toMatchObject([{ endsAt: start + 7 * DAY }]);
  await connect('google-calendar', token({ ...WEEK, refresh_token: 'refresh-1' }));
  expect(await platform.runEndings()).toBe(1);
  await connect('google-calendar', token({ refresh_token: 'refresh-2' }));
  expect((await endings()).endings).toEqual([]);
});

test('an idle life whose refresh keeps failing is foreseen, and no longer once it has recovered', async () => {
  const { platform, connect, clock, token, endings, provider, told } = await endingsGround();
  await connect('zoom', token());
  const issue = provider.answer;
  provider.answer = () => ({ status: 503 });
  clock.advance(HOUR);
  await platform.runAhead();
  expect((await endings('?withinDays=89')).endings).toEqual([]);
  expect((await endings('?withinDays=91')).endings).toMatchObject([{ reason: 'idle_lifetime' }]);
  for (let day = 1; day <= 83; day += 1) {
    clock.advance(DAY);
    await platform.runAhead();
    await platform.runEndings();
  }
  expect(await told()).toMatchObject([{ kind: 'connection.ending', detail: /^idle_lifetime/ }]);
  provider.answer = issue;
  clock.advance(DAY);
  await platform.runAhead();
  expect((await endings('?withinDays=3650')).endings).toEqual([]);
});

test('a grant that is dead, or disconnected, has no end to come', async () => {
  const { platform, connect, clock, token, endings, provider, api } = await endingsGround();
  await connect('google-calendar', token(WEEK));
  const id = await connect('zoom', token({ refresh_token: undefined }));
  expect((await endings()).endings).toMatchObject([
    { appSlug: 'zoom', reason: 'no_refresh_token' },
    { appSlug: 'google-calendar' },
  ]);
  provider.answer = () => ({ status: 400, body: { error: 'invalid_grant' } });
  clock.advance(HOUR);
  await platform.runAhead();
  await api('DELETE', `/api/keyferry/v1/connections/${id}`);
  expect((await endings()).endings).toEqual([]);
  expect(await platform.runEndings()).toBe(0);
});

test('an end that the record of an app declares counts from the consent', async () => {
  const { createCatalogue, isOAuthApp } = await import('../../apps/index.ts');
  const zoom = createCatalogue({}, []).get('zoom');
  if (zoom === undefined || !isOAuthApp(zoom)) throw new Error('no record');
  const oauth = { ...zoom.credential.oauth, grantLifetimeMs: 10 * DAY };
  const own = { ...zoom, slug: 'own', dirName: 'own', credential: { ...zoom.credential, oauth } };
  const { connect, endings, token, start } = await endingsGround({ apps: [own] });
  await connect('own', token());
  expect((await endings()).endings).toMatchObject([
    { appSlug: 'own', reason: 'grant_lifetime', endsAt: start + 10 * DAY },
  ]);
});
