import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { EVENT_KINDS } from './insert-event.ts';

test('docs/operations.md names each kind of event', () => {
  const page = readFileSync(new URL('../../../docs/operations.md', import.meta.url), 'utf8');
  const [, events = ''] = page.split('\n## Events\n');
  const [instance = '', both = ''] = [
    events.split('| platform |')[0],
    events.split('\nBoth: ')[1]?.split('\n\n')[0],
  ];
  const named = [...`${instance}${both}`.matchAll(/`([a-z_]+\.[a-z_]+)`/g)].map(([, kind]) => kind);
  expect(new Set(named)).toEqual(new Set(EVENT_KINDS));
  expect(named).toHaveLength(EVENT_KINDS.length);
});
