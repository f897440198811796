import { setTimeout as wait } from 'node:timers/promises';
import { expect, onTestFinished, vi } from 'vitest';
import { REFRESH_DEADLINE_MS } from '../../src/platform/refresh/lease.ts';
import { engines } from '../engines.ts';
import { SECRET } from '../instance.ts';
import { CLIENT } from '../platform/platform.ts';
import { api } from '../processes/pushes.ts';
import { startProcess } from '../processes/start.ts';
import { hangCell, long } from './cells.ts';
import { startRotatingProvider } from './rotating-provider.ts';

/** Longer than a provider has to answer. */
const PAUSED_MS = REFRESH_DEADLINE_MS + 6_000;

for (const engine of engines) {
  if (engine.name === 'pglite') continue;
  hangCell(
    {
      neighbour: 'process',
      fault: 'paused',
      engine: engine.name,
      detail: `for ${PAUSED_MS / 1_000} s in the middle of a refresh`,
      promised: 'The answer that came meanwhile is read and stored.',
      available: engine.available && (long || engine.name === 'sqlite'),
      timeoutMs: PAUSED_MS + 120_000,
    },
    async () => {
      const store = await engine.create();
      onTestFinished(store.dispose);
      const provider = await startRotatingProvider();
      const options = { providers: { zoom: { tokenEndpoint: provider.url } }, started: false };
      const platform = await startProcess(
        'platform',
        store.location,
        'http://127.0.0.1:9',
        JSON.stringify(options),
      );
      onTestFinished(platform.kill);
      const keys = await api(platform.url, 'PUT', '/api/keyferry/v1/apps/zoom', { keys: CLIENT });
      expect(keys.status).toBe(200);
      const credential = {
        access_token: 'at-u-0',
        refresh_token: provider.issue('u'),
        expiry_date: Date.now() - 3_600_000,
      };
      const whose = { externalUserId: 'u', calcomUserId: 1, appSlug: 'zoom', credential };
      const imported = await api(platform.url, 'POST', '/api/keyferry/v1/connections', whose);
      expect(imported.status).toBe(201);
      let longestWaitMs = 0;
      const sync = async () => {
        const began = performance.now();
        const response = await fetch(`${platform.url}/api/sync`, {
          method: 'POST',
          headers: { 'calcom-webhook-secret': SECRET },
          body: new URLSearchParams({ calcomUserId: '1', appSlug: 'zoom' }),
        });
        longestWaitMs = Math.max(longestWaitMs, performance.now() - began);
        return (await response.json()) as { access_token?: string };
      };
      const answer = Promise.withResolvers<void>();
      provider.before = () => answer.promise;
      const asked = sync().catch(() => null);
      await vi.waitFor(() => expect(provider.asked()).toBe(1), 20_000);
      platform.signal('SIGSTOP');
      answer.resolve();
      await wait(PAUSED_MS);
      platform.signal('SIGCONT');
      const woken = performance.now();
      await asked;
      await vi.waitFor(async () => expect(await sync()).toMatchObject({ access_token: 'at-u-1' }), 30_000);
      const recoveryMs = performance.now() - woken;
      const lost = provider.asked() === 1 ? 0 : 1;
      return { longestWaitMs, recoveryMs, lost, reused: provider.ended().length };
    },
  );
}
