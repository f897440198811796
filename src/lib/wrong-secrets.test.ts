import { expect, onTestFinished, test, vi } from 'vitest';
import { createEffects } from './effects.ts';
import { createLog } from './log.ts';
import { wrongSecrets } from './wrong-secrets.ts';

function made() {
  const lines: { msg: string; level: number }[] = [];
  const pauses: number[] = [];
  let now = 0;
  const advance = (ms: number) => {
    now += ms;
  };
  const refusals = wrongSecrets({
    log: createLog('warn', { write: line => void lines.push(JSON.parse(line)) }),
    monotonic: () => now,
    sleep: async ms => void pauses.push(ms),
  });
  onTestFinished(() => refusals.close());
  return { refusals, lines, pauses, advance };
}

test('of an address ten a minute are answered at once, the others after a second', async () => {
  const { refusals, pauses, advance } = made();
  for (let n = 1; n <= 25; n += 1) await refusals.refused('secret', '192.0.2.1');
  expect(pauses).toEqual(Array.from({ length: 15 }, () => 1_000));
  await refusals.refused('secret', '192.0.2.2');
  expect(pauses).toHaveLength(15);
  advance(60_000);
  await refusals.refused('secret', '192.0.2.1');
  expect(pauses).toHaveLength(15);
});

test('one log line a minute, however many there were', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const { refusals, lines } = made();
  for (let n = 1; n <= 1_000; n += 1) await refusals.refused('secret', '192.0.2.1');
  await refusals.refused('API key', null);
  expect(lines.map(({ msg }) => msg)).toEqual(['1 request with an invalid secret']);
  vi.advanceTimersByTime(60_000);
  expect(lines.slice(1).map(({ msg }) => msg)).toEqual([
    '999 requests with an invalid secret',
    '1 request with an invalid API key',
  ]);
  vi.advanceTimersByTime(600_000);
  expect(lines).toHaveLength(3);
  await refusals.refused('secret', '192.0.2.1');
  expect(lines).toHaveLength(4);
});

test('addresses are counted in bounded memory, and so many waiting at once', async () => {
  const waits: (() => void)[] = [];
  const refusals = wrongSecrets({
    ...createEffects({ log: createLog('silent') }),
    sleep: () => new Promise<void>(resolve => waits.push(resolve)),
  });
  onTestFinished(() => refusals.close());
  const all = Array.from({ length: 1_500 }, () => refusals.refused('secret', '192.0.2.1'));
  expect(waits).toHaveLength(1_000);
  for (const end of waits) end();
  await Promise.all(all);
  // Each new one pushes the oldest out, whose count begins anew.
  for (let n = 0; n < 1_000; n += 1) await refusals.refused('secret', `2001:db8:${n.toString(16)}::/64`);
  await refusals.refused('secret', '192.0.2.1');
  expect(waits).toHaveLength(1_000);
});

test('closing ends the pauses and tells the rest', async () => {
  const lines: string[] = [];
  const effects = createEffects({ log: createLog('warn', { write: line => void lines.push(line) }) });
  const refusals = wrongSecrets(effects);
  const all = Array.from({ length: 12 }, () => refusals.refused('API key', null));
  refusals.close();
  await Promise.all(all);
  expect(lines.map(line => JSON.parse(line).requests)).toEqual([1, 11]);
});
