import { expect, test } from 'vitest';
import { capacityOf, readCapacity } from './capacity.ts';

const MB = 1024 * 1024;

test.each([
  [128, 128 * MB, { connections: 64, bodyBytes: Math.floor((128 * MB) / 24) }],
  [1_024, 4_096 * MB, { connections: 768, bodyBytes: 64 * MB }],
  [64, 32 * MB, { connections: 16, bodyBytes: 4 * MB }],
  [1_048_576, 220 * MB, { connections: 16_384, bodyBytes: Math.floor((220 * MB) / 24) }],
])('%i descriptors and %i bytes', (descriptors, memory, capacity) => {
  expect(capacityOf(descriptors, memory)).toEqual(capacity);
});

test('that of this process leaves room for both', () => {
  const { connections, bodyBytes } = readCapacity();
  expect(connections).toBeGreaterThanOrEqual(16);
  expect(bodyBytes).toBeGreaterThanOrEqual(4 * MB);
});
