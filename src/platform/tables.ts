import type { Generated, Kysely } from 'kysely';
import type { EndingReason } from './lifetime/index.ts';

/** Times are epoch milliseconds. Booleans are 0 and 1 on SQLite. Sealed columns open by the row's identity. */
export interface PlatformAppTable {
  slug: string;
  sealedKeys: string;
  updatedAt: number;
  refusedAt: number | null;
  refusals: Generated<number>;
  probeAt: Generated<number>;
  secretExpiresAt: number | null;
  secretNoticeAt: number | null;
}

export const TARGET_KINDS = ['keyferry', 'calcom'] as const;
export type TargetKind = (typeof TARGET_KINDS)[number];

export interface TargetTable {
  id: string;
  kind: TargetKind;
  webappUrl: string;
  header: string | null;
  sealedSecret: string;
  sealedEncryptionKey: string;
  sealedApiKey: string | null;
  sealedCalendsoKey: string | null;
  withRefreshToken: Generated<boolean | 0 | 1>;
  createdAt: number;
  updatedAt: number;
}

export interface TargetUserTable {
  targetId: string;
  externalUserId: string;
  calcomUserId: number;
}

export type ConnectionStatus = 'connected' | 'failing' | 'needs_reconnect';

export interface ConnectionTable {
  id: string;
  externalUserId: string;
  appSlug: string;
  account: Generated<string>;
  sealedCredential: string;
  status: ConnectionStatus;
  /** An error code. */
  statusReason: string | null;
  expiresAt: number | null;
  version: Generated<number>;
  createdAt: number;
  updatedAt: number;
  refreshedAt: number | null;
  forcedAt: number | null;
  failedAt: number | null;
  failures: Generated<number>;
  retryAt: Generated<number>;
  refreshDueAt: number | null;
  refreshClass: Generated<number>;
  usedAt: number | null;
  grantExpiresAt: number | null;
  idleEndsAt: number | null;
  endsAt: number | null;
  endingReason: EndingReason | null;
  endingNoticeAt: number | null;
}

export interface HostWebhookTable {
  id: string;
  url: string;
  sealedSecrets: string;
  updatedAt: number;
}

export const TOPICS = ['credential.push', 'credential.delete', 'host.event'] as const;
export type Topic = (typeof TOPICS)[number];
export const DELIVERY_STATES = ['waiting', 'done', 'stopped'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

export interface OutboxTable {
  id: Generated<number>;
  topic: Topic;
  key: string;
  targetId: string;
  connectionId: string;
  calcomUserId: number;
  appSlug: string;
  state: DeliveryState;
  generation: Generated<number>;
  attempts: Generated<number>;
  faults: Generated<number>;
  dueAt: number;
  claimedUntil: Generated<number>;
  claimedBy: string | null;
  lastStatus: number | null;
  lastError: string | null;
  payload: string | null;
  createdAt: number;
  updatedAt: number;
}

export interface ConnectSessionTable {
  id: string;
  tokenHash: string;
  targetId: string;
  externalUserId: string;
  calcomUserId: number;
  apps: string;
  returnUrl: string | null;
  browserHash: string | null;
  tries: Generated<number>;
  requests: Generated<number>;
  bytes: Generated<number>;
  expiresAt: number;
  createdAt: number;
}

export interface ConnectDoneTable {
  sessionId: string;
  appSlug: string;
}

export interface OauthAttemptTable {
  stateHash: string;
  sessionId: string;
  appSlug: string;
  sealedVerifier: string;
  expiresAt: number;
}

export interface RefreshAttemptTable {
  id: string;
  connectionId: string;
  fence: number;
  version: number;
  beganAt: number;
  sealedSent: string;
  sealedAnswer: string | null;
  fault: string | null;
  sentBy: string | null;
}

export interface PlatformEventTable {
  id: Generated<number>;
  at: number;
  kind: string;
  actor: string;
  connectionId: string | null;
  externalUserId: string | null;
  appSlug: string | null;
  detail: string | null;
}

export interface OperatorTable {
  id: Generated<number>;
  email: string;
  name: string | null;
  locked: Generated<boolean | 0 | 1>;
  sealedPassword: string | null;
  mustChangePassword: Generated<boolean | 0 | 1>;
  passwordEndsAt: number | null;
  passwordHash: string | null;
  createdAt: number;
}

export interface OperatorSessionTable {
  id: string;
  tokenHash: string;
  personId: number;
  userAgent: string | null;
  createdAt: number;
  seenAt: number;
  expiresAt: number;
}

export interface OperatorTryTable {
  key: string;
  tries: number;
  lastAt: number;
  blockedUntil: number;
}

export interface PlatformTables {
  platform_app: PlatformAppTable;
  target: TargetTable;
  target_user: TargetUserTable;
  connection: ConnectionTable;
  outbox: OutboxTable;
  connect_session: ConnectSessionTable;
  connect_done: ConnectDoneTable;
  oauth_attempt: OauthAttemptTable;
  refresh_attempt: RefreshAttemptTable;
  platform_event: PlatformEventTable;
  operator: OperatorTable;
  operator_session: OperatorSessionTable;
  operator_try: OperatorTryTable;
  host_webhook: HostWebhookTable;
}

/** An open database or a transaction of it. */
export type Db = Kysely<PlatformTables>;
