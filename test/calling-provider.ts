import { onTestFinished } from 'vitest';
import { createCatalogue } from '../src/apps/index.ts';
import type { TokenRequest } from '../src/instance/index.ts';
import { callProvider } from '../src/instance/work/call-provider.ts';
import { createEffects } from '../src/lib/effects.ts';
import { createOutbound } from '../src/lib/outbound.ts';
import { type FaultyServer, startFaultyServer } from './faulty-server.ts';
import { SLUG, type TokenGround } from './token-ground.ts';

/** A provider that answers as a test wants, and calls of it as the ground's user. Closed when the test has finished. */
export async function callingProvider(ground: TokenGround) {
  const provider: FaultyServer = await startFaultyServer();
  const outbound = createOutbound({ deadlineMs: 10_000, maxBytes: 10_000, addresses: 'any' });
  onTestFinished(async () => {
    await outbound.close();
    await provider.close();
  });
  const context = {
    accessToken: (request: TokenRequest) => ground.side.instance.accessToken(request),
    catalogue: createCatalogue({ [SLUG]: { apiBase: provider.url } }),
    database: ground.database,
    effects: createEffects({ now: ground.clock.now, ...ground.effects() }),
    outbound,
  };
  return { provider, call: callProvider(context, { userId: ground.userId, appSlug: SLUG }) };
}
