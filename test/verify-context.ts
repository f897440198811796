import { onTestFinished } from 'vitest';
import { createOutbound, type OutboundOptions } from '../src/lib/outbound.ts';

/** The ways out of a platform that lets users name any address, unless the test says otherwise. */
export function verifyContext(typed: Partial<OutboundOptions> = {}) {
  const options = { deadlineMs: 20_000, maxBytes: 100_000, addresses: 'any' } as const;
  const outbound = createOutbound(options);
  const outboundToTyped = createOutbound({ ...options, ...typed });
  onTestFinished(async () => {
    await outbound.close();
    await outboundToTyped.close();
  });
  return { outbound, outboundToTyped, privateAddresses: typed.addresses !== 'public' };
}
