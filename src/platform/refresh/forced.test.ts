import { expect, onTestFinished, test } from 'vitest';
import { describeEngines } from '../../../test/engines.ts';
import { likeZoom } from '../../../test/platform/like-zoom.ts';
import { CLIENT, SECRET, startPlatform, type TestPlatform } from '../../../test/platform/platform.ts';
import { scriptedServer } from '../../../test/platform/server.ts';
import { REJECTED_TOKEN_HEADER, tokenFingerprint } from '../../protocol/index.ts';

const HOUR = 3_600_000;
/** Counts refreshes, as Zoho does. */
const COUNTING = likeZoom('counting', { refreshLimit: { count: 2, perMs: 60_000 } });

async function issuer() {
  const provider = await scriptedServer(() => {
    const { length } = provider.received;
    return { body: { access_token: `access-${length}`, refresh_token: `r-${length}`, expires_in: 3600 } };
  });
  return provider;
}

const stored = ({ clock }: TestPlatform) => ({
  access_token: 'access-0',
  refresh_token: 'r-0',
  expiry_date: clock.now() + HOUR,
});

/** Reports each token that it was given as refused, and keeps what it is given. */
function refuser(slug: string) {
  let token = 'access-0';
  return async ({ sync }: TestPlatform): Promise<Response> => {
    const answer = await sync(slug, {
      headers: { [REJECTED_TOKEN_HEADER]: tokenFingerprint(token, SECRET) },
    });
    const body = (await answer.clone().json()) as { access_token?: string };
    token = body.access_token ?? token;
    return answer;
  };
}

describeEngines('an API that refuses every token', engine => {
  test('costs a refresh in ten seconds, in however many processes and after a restart', async () => {
    const { location, dispose } = await engine.create();
    onTestFinished(dispose);
    const provider = await issuer();
    const options = { location, providers: { zoom: { tokenEndpoint: provider.url } } };
    const one = await startPlatform(options);
    const { clock } = one;
    const other = await startPlatform({ ...options, clock });
    await one.connect('zoom', stored(one));
    const report = refuser('zoom');
    expect((await report(one)).status).toBe(200);
    clock.advance(3_000);
    for (const process of [one, other, one, other]) {
      const refused = await report(process);
      expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '7']);
      expect(await refused.json()).toMatchObject({ code: 'provider_busy' });
    }
    // PGlite is one for all.
    if (engine.name !== 'pglite') await other.platform.close();
    const restarted = await startPlatform({ ...options, clock });
    expect((await report(restarted)).status).toBe(503);
    expect(provider.received).toHaveLength(1);
    clock.advance(7_000);
    expect((await report(restarted)).status).toBe(200);
    expect(provider.received).toHaveLength(2);
  });

  test('and twenty at once share one', async () => {
    const { location, dispose } = await engine.create();
    onTestFinished(dispose);
    const provider = await issuer();
    const made = await startPlatform({ location, providers: { zoom: { tokenEndpoint: provider.url } } });
    await made.connect('zoom', stored(made));
    const callers = Array.from({ length: 20 }, () => refuser('zoom'));
    for (let round = 1; round <= 5; round += 1) await Promise.all(callers.map(report => report(made)));
    expect(provider.received).toHaveLength(1);
  });
});

test('a provider that counts refreshes is asked no oftener than it allows, forced, failed or due', async () => {
  const provider = await issuer();
  const providers = { counting: { tokenEndpoint: provider.url } };
  const made = await startPlatform({ apps: [COUNTING], providers });
  const { api, clock, connect } = made;
  await api('PUT', '/api/keyferry/v1/apps/counting', { keys: CLIENT });
  await connect('counting', stored(made));
  const issue = provider.answer;
  const asked: number[] = [];
  provider.answer = request => {
    asked.push(clock.now());
    return asked.length % 2 === 0 ? { status: 502 } : issue(request);
  };
  const report = refuser('counting');
  for (let second = 0; second < 600; second += 5) {
    await report(made);
    clock.advance(5_000);
  }
  const most = Math.max(...asked.map(from => asked.filter(at => at >= from && at < from + 60_000).length));
  expect(most).toBe(2);
  expect(asked.length).toBeGreaterThan(10);
});

test('a caller who does not know the newest token gets it, however many tell of an older one', async () => {
  const provider = await issuer();
  const made = await startPlatform({ providers: { zoom: { tokenEndpoint: provider.url } } });
  await made.connect('zoom', stored(made));
  await refuser('zoom')(made);
  for (let caller = 1; caller <= 5; caller += 1) {
    const answer = await refuser('zoom')(made);
    expect([answer.status, await answer.json()]).toMatchObject([200, { access_token: 'access-1' }]);
  }
  expect(provider.received).toHaveLength(1);
});

test('a clock that was put back makes nobody wait', async () => {
  const provider = await issuer();
  const made = await startPlatform({ providers: { zoom: { tokenEndpoint: provider.url } } });
  await made.connect('zoom', stored(made));
  const report = refuser('zoom');
  await report(made);
  made.clock.advance(-HOUR);
  expect((await report(made)).status).toBe(200);
});
