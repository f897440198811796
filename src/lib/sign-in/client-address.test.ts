import { expect, test } from 'vitest';
import { clientAddress } from './client-address.ts';

test.each([
  ['203.0.113.9', '203.0.113.9'],
  ['198.51.100.1, 203.0.113.9', '203.0.113.9'],
  ['203.0.113.9, ', null],
  ['::ffff:203.0.113.9', '203.0.113.9'],
  ['unknown', null],
  ['', null],
  [undefined, null],
])('of %j the address is %j', (header, address) => {
  expect(clientAddress(header, true)).toBe(address);
});

test('without a trusted proxy there is none', () => {
  expect(clientAddress('203.0.113.9', false)).toBeNull();
});

test('one IPv6 network is one client', () => {
  const [one, same, other] = ['2001:db8:1:2::1', '2001:db8:1:2:ffff::9', '2001:db8:1:3::1'].map(address =>
    clientAddress(address, true),
  );
  expect(one).toBe(same);
  expect(one).not.toBe(other);
});
