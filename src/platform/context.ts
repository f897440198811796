import type { Catalogue } from '../apps/index.ts';
import type { Database } from '../lib/db/index.ts';
import type { Effects } from '../lib/effects.ts';
import type { Outbound } from '../lib/outbound.ts';
import type { SignInContext } from '../lib/sign-in/index.ts';
import type { WrongSecrets } from '../lib/wrong-secrets.ts';
import type { PlatformConfig } from './config.ts';
import type { PlatformCounts } from './counts.ts';
import type { RefreshFlights, Unwritten } from './refresh/index.ts';
import type { PlatformTables } from './tables.ts';

/** What the operations of one platform share. */
export interface PlatformContext {
  readonly config: PlatformConfig;
  readonly database: Database<PlatformTables>;
  readonly catalogue: Catalogue;
  readonly effects: Effects;
  readonly counts: PlatformCounts;
  readonly signIn: SignInContext;
  readonly wrongSecrets: WrongSecrets;
  /** To providers and targets: addresses of the records and of the operator. */
  readonly outbound: Outbound;
  /** To addresses that users type: public ones, unless the operator allows others. */
  readonly outboundToTyped: Outbound;
  /** What this process knows of refreshes that the database does not. */
  readonly unwritten: Unwritten;
  /** Refreshes under way in this process. */
  readonly flights: RefreshFlights;
  /** Tells the worker of this process that something is due. Call it after the commit. */
  readonly wake: () => void;
}

/** The target that CALCOM_WEBAPP_URL names. */
export const DEFAULT_TARGET = 'default';

/** How long a provider or a target has to answer, in milliseconds. */
export const DEADLINE_MS = 10_000;

/** The longest answer of an address that a user typed that is read, in bytes. Of a longer feed its start is. */
export const FEED_BYTES = 1024 * 1024;

/** The longest answer of a provider or a target that is read, in bytes. */
export const ANSWER_BYTES = 256 * 1024;
