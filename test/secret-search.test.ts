import { expect, test } from 'vitest';
import { createLog } from '../src/lib/log.ts';
import { forms, secretsIn } from './secret-search.ts';
import { CLIENT, madeUp } from './tapped-sides.ts';

test('a secret in a log is found, in whatever form and place', () => {
  const secret = `S${madeUp()}`;
  const search = new Map([['it', [secret]]]);
  const whole = [secret, `${CLIENT.client_id}:${secret}`, `&token=${secret}!`];
  const basic = whole.map(text => Buffer.from(text).toString('base64'));
  const parsed = caught(() => JSON.parse(secret)).message;
  for (const text of [...forms(secret), ...whole, ...basic, parsed]) {
    const logged: string[] = [];
    const log = createLog('debug', { write: line => void logged.push(line) });
    log.warn({ detail: `it said: ${text}!` }, 'a line');
    log.error({ err: new Error(`it said: ${text}`) });
    expect(logged).toHaveLength(2);
    for (const line of logged) expect(secretsIn(line, search), text).not.toEqual([]);
  }
  expect(secretsIn('a line without', search)).toEqual([]);
});

function caught(run: () => unknown): Error {
  try {
    run();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('nothing was thrown');
}
