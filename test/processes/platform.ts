import { flushCompileCache } from 'node:module';
import type { ProviderOverrides } from '../../src/apps/index.ts';
import type { DatabaseLocation } from '../../src/lib/db/index.ts';
import { listen } from '../../src/lib/http/index.ts';
import { createLog } from '../../src/lib/log.ts';
import { createPlatform } from '../../src/platform/index.ts';
import { instanceConfig } from '../instance.ts';
import { GRACEFUL } from '../platform/like-zoom.ts';
import { crashPoint } from './crash-point.ts';

export interface PlatformProcessOptions {
  readonly providers?: ProviderOverrides;
  readonly started?: boolean;
}

/**
 * A platform that delivers to the address of its second argument, on a free port, until it is killed. The
 * third has where the providers are, and whether it works by itself.
 */
const location = JSON.parse(process.argv[2] ?? '') as DatabaseLocation;
const shared = instanceConfig(location, { sync: { webappUrl: process.argv[3] ?? '' } });
const { providers, started = true } = JSON.parse(process.argv[4] ?? '{}') as PlatformProcessOptions;
const config = {
  ...shared,
  publicUrl: 'http://platform.test',
  targetKind: 'keyferry' as const,
  withRefreshToken: false,
  providers: providers ?? {},
  apps: [GRACEFUL],
};
const platform = await createPlatform(config, { log: createLog('silent'), step: crashPoint() });
const { url } = await listen(platform.fetch, { port: 0, host: '127.0.0.1' });
if (started) platform.start();
process.on('disconnect', () => process.exit());
process.send?.({ url });
// The next start is quicker by half; a process that is killed would not write it.
flushCompileCache();
