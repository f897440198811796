import { readFileSync } from 'node:fs';
import { getHeapStatistics } from 'node:v8';

/** What this process may take at most of what callers can use up. */
export interface Capacity {
  /** Connections of callers at once, over all ports. */
  readonly connections: number;
  /** Bytes of long bodies that are being read or worked on at once. */
  readonly bodyBytes: number;
}

const MB = 1024 * 1024;
/** The database, calls to others, files: at least so many descriptors are not for callers, and a quarter of many. */
const DESCRIPTORS_KEPT = 64;
const MOST_CONNECTIONS = 16_384;
/** A body is there several times over while it is decoded, decrypted, judged and sealed. */
const BODY_SHARE = 24;
const BODY_BYTES = { least: 4 * MB, most: 64 * MB };

/**
 * @param descriptors how many the process may open
 * @param memory how many bytes it may take
 */
export function capacityOf(descriptors: number, memory: number): Capacity {
  const kept = Math.max(DESCRIPTORS_KEPT, descriptors / 4);
  const connections = Math.floor(Math.min(MOST_CONNECTIONS, Math.max(16, descriptors - kept)));
  const bodyBytes = Math.floor(Math.min(BODY_BYTES.most, Math.max(BODY_BYTES.least, memory / BODY_SHARE)));
  return { connections, bodyBytes };
}

/** The capacity of this process, by the limits that it was started with. */
export function readCapacity(): Capacity {
  const constrained = process.constrainedMemory();
  const heap = getHeapStatistics().heap_size_limit;
  return capacityOf(descriptorLimit(), constrained > 0 ? Math.min(constrained, heap) : heap);
}

/** Where the system does not tell, what most start with. */
const USUAL_DESCRIPTORS = 1_024;

function descriptorLimit(): number {
  try {
    const found = /^Max open files\s+(\d+|unlimited)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return found === 'unlimited' ? Number.MAX_SAFE_INTEGER : Number(found ?? USUAL_DESCRIPTORS);
  } catch {
    return USUAL_DESCRIPTORS;
  }
}
