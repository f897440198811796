import { expect, test } from 'vitest';
import { callingProvider } from '../../../test/calling-provider.ts';
import { describeEngines } from '../../../test/engines.ts';
import { tokenGround } from '../../../test/token-ground.ts';
import { MINIMUM_SECONDS_HEADER } from '../../protocol/index.ts';

const HOUR = 3_600_000;

describeEngines('forced refreshes', engine => {
  const ground = tokenGround(engine);
  const { another, token } = ground;
  const pushGood = () => ground.push({ access_token: 'pushed', expiry_date: ground.clock.now() + HOUR });
  /** A platform that refreshes whenever it is asked. */
  function issuing(): void {
    ground.platform.answer = (_, response) => {
      const body = { access_token: `token-${ground.platform.seen.length}`, expires_in: 3600 };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
  }

  test('are one in ten seconds, in however many processes', async () => {
    await pushGood();
    issuing();
    const other = await another();
    expect(await token({ force: true })).toMatchObject({ accessToken: 'token-1' });
    ground.clock.advance(4_000);
    for (const instance of [ground.side.instance, other, other, ground.side.instance]) {
      const refused = token({ force: true }, instance);
      await expect(refused).rejects.toMatchObject({
        code: 'provider_busy',
        retryAfterMs: 6_000,
        status: 424,
      });
    }
    expect(await token()).toMatchObject({ accessToken: 'token-1' });
    expect(ground.platform.seen).toHaveLength(1);
    ground.clock.advance(6_000);
    expect(await token({ force: true }, other)).toMatchObject({ accessToken: 'token-2' });
  });

  test('a caller who was refused an older token gets the newer one at once', async () => {
    await pushGood();
    issuing();
    await token({ rejectedToken: 'pushed' });
    expect(await token({ rejectedToken: 'pushed' })).toMatchObject({ accessToken: 'token-1' });
    await expect(token({ rejectedToken: 'token-1' })).rejects.toMatchObject({ code: 'provider_busy' });
    expect(ground.platform.seen).toHaveLength(1);
  });

  test('a platform that gives the refused token again is not asked at each call', async () => {
    await ground.push({ access_token: 'same', expiry_date: ground.clock.now() + HOUR });
    const expiry_date = ground.clock.now() + HOUR;
    ground.platform.answer = (_, response) =>
      void response.end(JSON.stringify({ access_token: 'same', expiry_date }));
    for (let call = 1; call <= 10; call += 1) await token({ force: true }).catch(() => undefined);
    expect(ground.platform.seen).toHaveLength(1);
  });

  test('a person who asks is asked for, and nobody is kept from a token by it', async () => {
    await pushGood();
    issuing();
    await token({ force: true });
    await token({ now: true });
    expect(ground.platform.seen).toHaveLength(2);
  });
});

describeEngines('a provider that refuses each fresh token', engine => {
  const ground = tokenGround(engine);

  async function refusing() {
    const { provider, call } = await callingProvider(ground);
    await ground.push({ access_token: 'pushed', expiry_date: ground.clock.now() + HOUR });
    // As ours does it: each refresh is answered, and pushed.
    ground.platform.answer = async (_, response) => {
      const name = `token-${ground.platform.seen.length}`;
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ access_token: name, expires_in: 3600 }));
    };
    provider.answer = (_, response) => void response.writeHead(401).end('{}');
    const ask = () => call({ method: 'GET', path: '/calendars' });
    const pushed = () =>
      ground.push({
        access_token: `token-${ground.platform.seen.length}`,
        expiry_date: ground.clock.now() + HOUR,
      });
    return { provider, ask, pushed };
  }

  test('is marked, with one event an incident, whatever is pushed and refreshed meanwhile', async () => {
    const { provider, ask, pushed } = await refusing();
    await expect(ask()).rejects.toMatchObject({ code: 'provider_refused' });
    for (let call = 1; call <= 20; call += 1) {
      await pushed();
      await expect(ask()).rejects.toMatchObject({ status: 424 });
      ground.clock.advance(1_000);
    }
    // 20 calls in 20 seconds: the first, and one each ten seconds.
    expect(ground.platform.seen.length).toBeLessThanOrEqual(3);
    expect(provider.seen.length).toBeLessThanOrEqual(20 + 1 + 3);
    expect(await ground.row()).toMatchObject({
      status: 'failing',
      statusReason: 'provider_refused',
      failures: 0,
      retryAt: null,
    });
    const kinds = (await ground.events()).filter(event => /failing|recovered/.test(event));
    expect(kinds).toEqual(['credential.failing provider_refused']);
    const lines = ground.logged.filter(({ msg }) => msg === 'the provider refuses each fresh token');
    expect(lines).toHaveLength(1);
  });

  test('and the mark goes when it takes one again, with an event', async () => {
    const { provider, ask, pushed } = await refusing();
    await expect(ask()).rejects.toMatchObject({ code: 'provider_refused' });
    provider.answer = (_, response) => void response.end('{}');
    await ask();
    await ask();
    expect(await ground.row()).toMatchObject({ status: 'working', statusReason: null, failedAt: null });
    await pushed();
    const kinds = (await ground.events()).filter(event => /failing|recovered/.test(event));
    expect(kinds.map(kind => kind.split(' ')[0])).toEqual(['credential.failing', 'credential.recovered']);
  });

  test('its tokens are given to who asks for them, and end as others do', async () => {
    const { ask } = await refusing();
    await expect(ask()).rejects.toMatchObject({ code: 'provider_refused' });
    expect(await ground.token()).toMatchObject({ accessToken: 'token-1' });
    ground.clock.advance(HOUR);
    expect(await ground.token()).toMatchObject({ accessToken: 'token-2' });
    expect(await ground.row()).toMatchObject({ status: 'working' });
  });

  test('a mark that no call confirms is forgotten after an hour', async () => {
    const { ask, pushed } = await refusing();
    await expect(ask()).rejects.toMatchObject({ code: 'provider_refused' });
    ground.clock.advance(HOUR - 1);
    await pushed();
    expect(await ground.row()).toMatchObject({ status: 'failing' });
    ground.clock.advance(1);
    await pushed();
    expect(await ground.row()).toMatchObject({ status: 'working' });
  });
});

describeEngines('how long a token must hold', engine => {
  const ground = tokenGround(engine);
  const { token } = ground;

  /** A token has ten minutes left; who needs longer makes the platform get another. */
  function tenMinutesOrAnHour(longest = 3600): void {
    ground.platform.answer = async ({ headers }, response) => {
      await new Promise(resolve => setTimeout(resolve, 50));
      const wanted = Number(headers[MINIMUM_SECONDS_HEADER] ?? 0);
      const expires_in = wanted > 600 ? longest : 600;
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ access_token: `of-${expires_in}`, expires_in }));
    };
  }
  const left = ({ expiresAt }: { expiresAt: number | null }) =>
    ((expiresAt ?? 0) - ground.clock.now()) / 1000;

  test('is part of what callers share: who wants an hour gets it beside one who wants nothing', async () => {
    await ground.pushExpired();
    tenMinutesOrAnHour();
    const [, long] = await Promise.all([token(), token({ minimumSeconds: 3_000 })]);
    expect(left(long)).toBe(3_600);
    expect(ground.platform.seen.length).toBeLessThanOrEqual(2);
  });

  test('counts in the minute after a refresh too', async () => {
    await ground.pushExpired();
    tenMinutesOrAnHour();
    expect(left(await token())).toBe(600);
    ground.clock.advance(1_000);
    expect(left(await token({ minimumSeconds: 3_000 }))).toBe(3_600);
    expect(left(await token({ minimumSeconds: 3_000 }))).toBe(3_600);
    expect(ground.platform.seen).toHaveLength(2);
  });

  test('a platform that has no such token is not asked at each call', async () => {
    await ground.pushExpired();
    tenMinutesOrAnHour(600);
    await token();
    for (const minimumSeconds of [3_000, 3_000, 700, 5_000, 86_400]) {
      expect(left(await token({ minimumSeconds }))).toBe(600);
    }
    expect(ground.platform.seen).toHaveLength(2);
  });
});
