import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { KeyferryError } from '../protocol/index.ts';
import { lookUpInTurn } from './look-up-in-turn.ts';

/** The address through which Azure's machines reach their host. It looks public and is not. */
const AZURE_HOST = '168.63.129.16';

/**
 * Whether an address is one of the public internet: not loopback, private, link-local (where clouds keep
 * their metadata), carrier-grade NAT, multicast, reserved, nor an IPv6 form that embeds such an IPv4 address.
 */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.process(text);
  if (address.kind() === 'ipv4') return address.range() === 'unicast' && address.toString() !== AZURE_HOST;
  const v6 = address as ipaddr.IPv6;
  const embedded = embeddedIpv4(v6);
  if (embedded !== null) return isPublicAddress(embedded);
  // Only 2000::/3 is given out as global unicast (RFC 4291 section 2.4 and IANA's registry).
  return v6.range() === 'unicast' && (v6.parts[0] ?? 0) >> 13 === 1;
}

/** The IPv4 address inside 6to4 (RFC 3056) and NAT64's well-known /96 (RFC 6052), which a gateway would unwrap. */
function embeddedIpv4({ parts }: ipaddr.IPv6): string | null {
  const [a, b = 0, c = 0] = parts;
  if (a === 0x2002) return dotted(b, c);
  const nat64 = a === 0x64 && b === 0xff9b && parts.slice(2, 6).every(part => part === 0);
  return nat64 ? dotted(parts[6] ?? 0, parts[7] ?? 0) : null;
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

/** What users typed leaves half of Node's threads to others. */
const lookUp = lookUpInTurn({ atOnce: 2, waiting: 100 });

/** A `lookup` that gives only public addresses, so that the address judged is the one connected to. */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookUp(hostname, options, (error, addresses) => {
    if (error) return callback(error, '', 0);
    const open = addresses.filter(({ address }) => isPublicAddress(address));
    const [first] = open;
    if (!first || open.length < addresses.length) return callback(refused(hostname), '', 0);
    if (options.all) return callback(null, open);
    return callback(null, first.address, first.family);
  });
};

/**
 * Refuses a host that has an address which is not public, or none: for an address that is stored and not asked.
 * @throws KeyferryError address_refused, or what the look-up says
 */
export async function assertPublicName(url: URL): Promise<void> {
  assertPublicUrl(url);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (ipaddr.isValid(host)) return;
  await new Promise<void>((resolve, reject) => {
    publicLookup(host, {}, error => (error ? reject(error) : resolve()));
  });
}

function refused(host: string): KeyferryError {
  return new KeyferryError('address_refused', `${host} is not a public address.`, {
    remedy: 'Use a public address, or allow private ones with KEYFERRY_ALLOW_PRIVATE_ADDRESSES=true.',
  });
}
