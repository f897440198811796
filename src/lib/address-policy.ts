import { lookup as dnsLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { KeyferryError } from '../protocol/index.ts';

/**
 * Whether an address is one of the public internet: not loopback, private, link-local (where clouds keep
 * their metadata), carrier-grade NAT, multicast, reserved, nor an IPv6 form that embeds such an IPv4 address.
 */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.process(text);
  if (address.kind() === 'ipv4') return address.range() === 'unicast';
  const v6 = address as ipaddr.IPv6;
  const embedded = embeddedIpv4(v6);
  if (embedded !== null) return isPublicAddress(embedded);
  return v6.range() === 'unicast';
}

/** The IPv4 address inside 6to4 (RFC 3056) and NAT64 (RFC 6052), which a gateway would unwrap. */
function embeddedIpv4(address: ipaddr.IPv6): string | null {
  const [a = 0, b = 0, c = 0] = address.parts;
  if (a === 0x2002) return dotted(b, c);
  if (a === 0x64 && b === 0xff9b) return dotted(address.parts[6] ?? 0, address.parts[7] ?? 0);
  return null;
}

function dotted(high: number, low: number): string {
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

/**
 * Refuses what a look-up never sees: an address written out in the URL.
 * @throws KeyferryError address_refused
 */
export function assertPublicUrl(url: URL): void {
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw refused(url.hostname);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (ipaddr.isValid(host) && !isPublicAddress(host)) throw refused(host);
}

/** A `lookup` that gives only public addresses, so that the address judged is the one connected to. */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  dnsLookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, '', 0);
    const open = addresses.filter(({ address }) => isPublicAddress(address));
    const [first] = open;
    if (!first || open.length < addresses.length) return callback(refused(hostname), '', 0);
    if (options.all) return callback(null, open);
    return callback(null, first.address, first.family);
  });
};

function refused(host: string): KeyferryError {
  return new KeyferryError('address_refused', `${host} is not a public address.`, {
    remedy: 'Use a public address, or allow private ones with KEYFERRY_ALLOW_PRIVATE_ADDRESSES=true.',
  });
}
