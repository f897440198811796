import { sql } from 'kysely';
import type { EndingReason } from '../lifetime/index.ts';
import type { ConnectionStatus } from '../tables.ts';

/** A row of the vault as it is read. Times are epoch milliseconds. */
export interface ConnectionRow {
  readonly id: string;
  readonly externalUserId: string;
  readonly appSlug: string;
  readonly account: string;
  readonly sealedCredential: string;
  readonly status: ConnectionStatus;
  readonly statusReason: string | null;
  readonly expiresAt: number | null;
  readonly version: number;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly refreshedAt: number | null;
  /** When a refresh was last forced. */
  readonly forcedAt: number | null;
  readonly failedAt: number | null;
  readonly failures: number;
  readonly retryAt: number;
  readonly refreshDueAt: number | null;
  readonly usedAt: number | null;
  readonly grantExpiresAt: number | null;
  readonly idleEndsAt: number | null;
  readonly endsAt: number | null;
  readonly endingReason: EndingReason | null;
}

/** A row without what is sealed: a list of them stays short. */
export type ListedConnection = Omit<ConnectionRow, 'sealedCredential'>;

const NAMES = [
  'id',
  'externalUserId',
  'appSlug',
  'account',
  'sealedCredential',
  'status',
  'statusReason',
  'expiresAt',
  'version',
  'createdAt',
  'updatedAt',
  'refreshedAt',
  'forcedAt',
  'failedAt',
  'failures',
  'retryAt',
  'refreshDueAt',
  'usedAt',
  'grantExpiresAt',
  'idleEndsAt',
  'endsAt',
  'endingReason',
] as const satisfies readonly (keyof ConnectionRow)[];

const columnsOf = (names: readonly string[]) => sql.raw(names.map(name => `"${name}"`).join(', '));

export const CONNECTION_COLUMNS = columnsOf(NAMES);
export const LISTED_COLUMNS = columnsOf(NAMES.filter(name => name !== 'sealedCredential'));
