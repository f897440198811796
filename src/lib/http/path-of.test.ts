import { expect, test } from 'vitest';
import { pathOf } from './path-of.ts';

test.each([
  ['/', '/'],
  ['//', '/'],
  ['/api/sync', '/api/sync'],
  ['/api/sync/', '/api/sync'],
  ['/api/sync//', '/api/sync'],
  ['//api//sync?x=//', '/api/sync'],
  ['/a%2F%2Fb/', '/a%2F%2Fb'],
])('%s is routed as %s', (path, routed) => {
  expect(pathOf(new Request(`http://x.example${path}`))).toBe(routed);
});
