import type { Context } from 'hono';
import ipaddr from 'ipaddr.js';

/**
 * Whom to count tries for: the address that our own proxy put last into X-Forwarded-For. What stands before it
 * is the client's to write. Of IPv6 the network alone, since one client has all of it.
 * @returns null where no proxy is trusted, or it says nothing
 */
export function clientAddress(forwardedFor: string | undefined, trustProxy: boolean): string | null {
  const last = trustProxy ? forwardedFor?.split(',').at(-1)?.trim() : undefined;
  if (last === undefined || !ipaddr.isValid(last)) return null;
  return counted(last);
}

/** The other end of the connection, counted alike; null where a host of ours mounts `fetch` without one. */
export function peerAddress(c: Context): string | null {
  const { incoming } = (c.env ?? {}) as { incoming?: { socket?: { remoteAddress?: string } } };
  const address = incoming?.socket?.remoteAddress;
  return address !== undefined && ipaddr.isValid(address) ? counted(address) : null;
}

/** Whom a request is counted for: the client behind a trusted proxy, else the other end of the connection. */
export function requesterAddress(c: Context, trustProxy: boolean): string | null {
  return clientAddress(c.req.header('x-forwarded-for'), trustProxy) ?? peerAddress(c);
}

function counted(text: string): string {
  const address = ipaddr.process(text);
  if (address.kind() === 'ipv4') return address.toString();
  return `${address.toByteArray().slice(0, 8).join('.')}/64`;
}
