import { expect, test } from 'vitest';
import { scansIn } from './plans.ts';

test.each([
  ['{"detail":"SCAN connection"}', ['connection']],
  ['{"detail":"SCAN outbox USING INDEX outbox_due_idx"}', []],
  ['{"detail":"SCAN outbox USING COVERING INDEX outbox_due_idx"}', []],
  ['{"detail":"SCAN search VIRTUAL TABLE INDEX 64:M3>"}', []],
  ['{"detail":"SCAN search VIRTUAL TABLE INDEX 0:"}', ['search']],
  ['{"detail":"CO-ROUTINE stretch"}{"detail":"SEARCH users USING INTEGER"}{"detail":"SCAN stretch"}', []],
  ['{"detail":"CO-ROUTINE stretch"}{"detail":"SCAN users"}{"detail":"SCAN stretch"}', ['users']],
  ['{"detail":"SEARCH outbox USING INDEX outbox_due_idx (state=?)"}', []],
  ['{"QUERY PLAN":"  ->  Seq Scan on connection  (cost=0.00..1.50)"}', ['connection']],
  ['{"QUERY PLAN":"  ->  Seq Scan on \\"Credential\\"  (cost=0.00..1.50)"}', ['Credential']],
  ['{"QUERY PLAN":"Index Scan using connection_pkey on connection"}', []],
])('%s reads %j from end to end', (plan, tables) => {
  expect(scansIn(plan)).toEqual(tables);
});
