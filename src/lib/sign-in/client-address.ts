import ipaddr from 'ipaddr.js';

/**
 * Whom to count tries for: the address that our own proxy put last into X-Forwarded-For. What stands before it
 * is the client's to write. Of IPv6 the network alone, since one client has all of it.
 * @returns null where no proxy is trusted, or it says nothing
 */
export function clientAddress(forwardedFor: string | undefined, trustProxy: boolean): string | null {
  const last = trustProxy ? forwardedFor?.split(',').at(-1)?.trim() : undefined;
  if (last === undefined || !ipaddr.isValid(last)) return null;
  const address = ipaddr.process(last);
  if (address.kind() === 'ipv4') return address.toString();
  return `${address.toByteArray().slice(0, 8).join('.')}/64`;
}
