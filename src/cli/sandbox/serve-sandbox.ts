import { VERSION } from '../../lib/version.ts';
import { listConnections } from '../../platform/store/index.ts';
import { textOf } from '../command.ts';
import { type Configs, readConfigs } from '../configuration.ts';
import { environmentSources, readEnvironment, withGenerated } from '../environment.ts';
import {
  addressesOf,
  drain,
  expectedAddresses,
  holdGates,
  logTo,
  openRoles,
  type ServeOptions,
  untilEnd,
  withOpened,
} from '../serve.ts';
import type { Terminal } from '../terminal.ts';
import { untilStopped } from '../until-stopped.ts';
import { ensureAppKeys, hasKeysOfItsOwn } from './app-keys.ts';
import { openClock } from './clock.ts';
import { type EmulatedGoogle, startGoogle } from './google.ts';
import { ADMIN_EMAIL, ensurePeople, type People } from './people.ts';
import { ensureSecrets, GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET } from './secrets.ts';
import { CONNECT_PATH, createTour, EXTERNAL_USER, inFrontOf } from './tour/index.ts';

/**
 * Both roles with everything that a first look needs: generated secrets, an emulated Google where no keys of a
 * real one are set, an admin, a user for the tour, and the tour itself.
 * @returns the exit status
 */
export async function serveSandbox(options: ServeOptions, terminal: Terminal): Promise<number> {
  const data = textOf(options.values, 'data') ?? 'data';
  const given = readEnvironment({ file: textOf(options.values, 'env'), data });
  const env = ensureSecrets(given, data, Date.now());
  readConfigs({ env, data, addresses: expectedAddresses(options) });
  const clock = openClock(data, Date.now);
  return withOpened(async opened => {
    const gates = await holdGates(options, opened);
    const addresses = addressesOf(gates);
    const sourceOf = environmentSources({ file: textOf(options.values, 'env'), data });
    const linked = withGenerated(env, { KEYFERRY_CONNECT_URL: `${addresses.platform}${CONNECT_PATH}` });
    const configs = readConfigs({ env: linked, data, addresses, logLevel: 'warn', sourceOf });
    const client = { clientId: env[GOOGLE_CLIENT_ID] ?? '', clientSecret: env[GOOGLE_CLIENT_SECRET] ?? '' };
    const { instanceConfig, platformConfig } = both(configs);
    const redirectUri = `${platformConfig.publicUrl}/api/connect/callback`;
    let google: EmulatedGoogle | null = null;
    if (!(await hasKeysOfItsOwn(platformConfig, client.clientId))) {
      google = await startGoogle({ ...client, redirectUri }, clock.now());
      opened.parts.push(google);
    }
    const providers = { ...instanceConfig.providers, ...google?.providers };
    const roles = await openRoles(
      { instance: { ...instanceConfig, providers }, platform: { ...platformConfig, providers } },
      { log: logTo(configs.logLevel), now: clock.now },
      opened,
    );
    const { instance, platform } = roles;
    if (!instance || !platform || !gates.instance || !gates.platform)
      throw new Error('The sandbox runs both roles.');
    const people = await ensurePeople({ instance, platform }, instanceConfig.keyring, clock.now());
    const apiKey = env.KEYFERRY_API_KEY ?? '';
    if (google) await ensureAppKeys({ instance, platform, apiKey, client, redirectUri });
    const grants = await listConnections(platform.database.db, { externalUserId: EXTERNAL_USER, limit: 10 });
    const tour = createTour({
      instance: {
        url: gates.instance.url,
        publicUrl: instanceConfig.publicUrl,
        database: instance.database,
      },
      platform: { url: gates.platform.url, publicUrl: platformConfig.publicUrl },
      apiKey,
      clock,
      demoUserId: people.demoUserId,
      google: google && {
        url: google.url,
        forgotten: new Map(grants.map(({ id, version }) => [id, version])),
      },
    });
    opened.parts.push(tour);
    gates.instance.open(instance);
    gates.platform.open({ fetch: inFrontOf(platform.fetch, tour) });
    const stopped = untilStopped(terminal, { drainMs: 0, drain: () => drain(roles) });
    greet(terminal, { instance: gates.instance.url, platform: gates.platform.url, data, people });
    await untilEnd(stopped, roles);
  });
}

function both({ instance, platform }: Configs) {
  if (!instance || !platform) throw new Error('The sandbox runs both roles.');
  return { instanceConfig: instance, platformConfig: platform };
}

interface Greeting {
  readonly instance: string;
  readonly platform: string;
  readonly data: string;
  readonly people: People;
}

function greet(terminal: Terminal, { instance, platform, data, people }: Greeting): void {
  const { adminPassword, adminOf } = people;
  terminal.out(terminal.style('bold', `Keyferry ${VERSION}, sandbox`));
  terminal.out('');
  terminal.out(`  Open next  ${terminal.style('green', `${platform}/sandbox`)}`);
  terminal.out(`  Instance   ${instance}`);
  terminal.out(`  Platform   ${platform}`);
  if (adminPassword !== null) {
    const where = adminOf.length === 1 ? ` at the ${adminOf[0]}` : '';
    terminal.out(`  Admin      ${ADMIN_EMAIL}, one-time password ${adminPassword} (shown this once)${where}`);
  }
  terminal.out('');
  terminal.out(`Ctrl-C stops it; what it stores is in ${data}.`);
}
