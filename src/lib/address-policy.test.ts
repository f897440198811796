import { describe, expect, test } from 'vitest';
import { KeyferryError } from '../protocol/index.ts';
import { assertPublicUrl, isPublicAddress, publicLookup } from './address-policy.ts';

const REFUSED = [
  ['0.0.0.0', 'this network'],
  ['0.1.2.3', 'this network'],
  ['10.0.0.1', 'private'],
  ['10.255.255.255', 'private'],
  ['100.64.0.1', 'carrier-grade NAT'],
  ['100.100.100.200', 'metadata of one cloud'],
  ['127.0.0.1', 'loopback'],
  ['127.255.255.254', 'loopback'],
  ['168.63.129.16', "Azure's host"],
  ['169.254.1.1', 'link-local'],
  ['169.254.169.254', 'metadata of most clouds'],
  ['172.16.0.1', 'private'],
  ['172.31.255.255', 'private'],
  ['192.0.0.192', 'protocol assignments, metadata of one cloud'],
  ['192.0.2.1', 'documentation'],
  ['192.168.0.1', 'private'],
  ['192.168.255.255', 'private'],
  ['198.18.0.1', 'benchmarking'],
  ['224.0.0.1', 'multicast'],
  ['240.0.0.1', 'reserved'],
  ['255.255.255.255', 'broadcast'],
  ['::', 'unspecified'],
  ['::1', 'loopback'],
  ['fc00::1', 'unique local'],
  ['fdff::1', 'unique local'],
  ['fd00:ec2::254', 'metadata of one cloud'],
  ['fe80::1', 'link-local'],
  ['fe80::1%eth0', 'link-local with a zone'],
  ['fec0::1', 'site-local'],
  ['ff02::1', 'multicast'],
  ['100::1', 'discard'],
  ['2001::1', 'Teredo'],
  ['2001:db8::1', 'documentation'],
  ['3fff::1', 'documentation'],
  ['4000::1', 'not given out'],
  ['::ffff:127.0.0.1', 'mapped loopback'],
  ['::ffff:a00:1', 'mapped private'],
  ['::ffff:0:127.0.0.1', 'translated loopback'],
  ['::127.0.0.1', 'compatible loopback'],
  ['::7f00:1', 'compatible loopback'],
  ['::808:808', 'compatible public'],
  ['64:ff9b::7f00:1', 'NAT64 of loopback'],
  ['64:ff9b::a9fe:a9fe', 'NAT64 of metadata'],
  ['64:ff9b:1:7f00:0:100:808:808', 'local NAT64 of loopback, which ends like a public one'],
  ['2002:7f00:1::', '6to4 of loopback'],
  ['2002:c0a8:1::1', '6to4 of private'],
  ['', 'no address'],
  ['example.com', 'no address'],
  ['1.2.3.4.5', 'no address'],
];

const ALLOWED = [
  '1.1.1.1',
  '8.8.8.8',
  '9.255.255.255',
  '11.0.0.0',
  '100.63.255.255',
  '100.128.0.0',
  '128.0.0.0',
  '172.15.255.255',
  '172.32.0.0',
  '192.167.255.255',
  '223.255.255.255',
  '2606:4700::1111',
  '2a00:1450:4001:800::200e',
  '::ffff:8.8.8.8',
  '64:ff9b::808:808',
  '2002:808:808::1',
];

describe('isPublicAddress', () => {
  test.each(REFUSED)('refuses %s: %s', address => {
    expect(isPublicAddress(address)).toBe(false);
  });

  test.each(ALLOWED)('allows %s', address => {
    expect(isPublicAddress(address)).toBe(true);
  });
});

describe('assertPublicUrl', () => {
  test.each([
    'http://127.0.0.1/',
    'http://127.1/',
    'http://2130706433/',
    'http://0x7f000001/',
    'http://0x7f.0.0.1/',
    'http://0177.0.0.1/',
    'http://017700000001/',
    'http://１２７.0.0.1/',
    'http://127.0.0.1./',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:7f00:1]/',
    'http://[64:ff9b::7f00:1]/',
    'https://169.254.169.254/latest/meta-data/',
    'https://user@10.0.0.1:8443/',
    'http://0/',
    'ftp://example.com/',
    'file:///etc/passwd',
    'data:text/plain,x',
  ])('refuses %s', url => {
    expect(() => assertPublicUrl(new URL(url))).toThrow(KeyferryError);
    expect(() => assertPublicUrl(new URL(url))).toThrow(expect.objectContaining({ code: 'address_refused' }));
  });

  test.each([
    'https://example.com/',
    'http://example.com:8080/',
    'https://8.8.8.8/',
    'https://[2606:4700::1111]/',
  ])('lets %s pass to the look-up', url => {
    expect(() => assertPublicUrl(new URL(url))).not.toThrow();
  });
});

describe('publicLookup', () => {
  function lookup(host: string, all: boolean): Promise<unknown> {
    return new Promise((resolve, reject) => {
      publicLookup(host, { all }, (error, address) => (error ? reject(error) : resolve(address)));
    });
  }

  test.each([
    ['localhost', true],
    ['localhost', false],
    ['127.0.0.1', true],
    ['169.254.169.254', false],
  ])('refuses %s (all: %s)', async (host, all) => {
    await expect(lookup(host, all)).rejects.toMatchObject({ code: 'address_refused' });
  });

  test('gives a public address in either form', async () => {
    expect(await lookup('8.8.8.8', true)).toEqual([{ address: '8.8.8.8', family: 4 }]);
    expect(await lookup('8.8.8.8', false)).toBe('8.8.8.8');
  });

  test('passes on that a name is unknown', async () => {
    await expect(lookup('nobody.invalid', true)).rejects.toMatchObject({ syscall: 'getaddrinfo' });
  });
});
