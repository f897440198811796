import type { Generated } from 'kysely';

/** Timestamps that Cal.com has are ISO text; ours are epoch milliseconds. Booleans are 0 and 1 on SQLite. */
export interface UsersTable {
  id: Generated<number>;
  uuid: string;
  username: string | null;
  name: string | null;
  email: string;
  emailVerified: string | null;
  timeZone: Generated<string>;
  role: Generated<'USER' | 'ADMIN'>;
  locked: Generated<boolean | 0 | 1>;
  locale: string | null;
  metadata: string | null;
  isPlatformManaged: Generated<boolean | 0 | 1>;
  created: string;
  sealedPassword: string | null;
  mustChangePassword: Generated<boolean | 0 | 1>;
  passwordEndsAt: number | null;
  passwordHash: string | null;
}

export interface AppTable {
  slug: string;
  dirName: string;
  keys: string | null;
  categories: string;
  createdAt: string;
  updatedAt: string;
  enabled: Generated<boolean | 0 | 1>;
  sealedKeys: string | null;
  keysSetAt: string | null;
}

export type CredentialStatus = 'working' | 'failing' | 'needs_reconnect';

export interface CredentialTable {
  id: Generated<number>;
  type: string;
  key: Generated<string>;
  encryptedKey: string | null;
  userId: number;
  teamId: number | null;
  appId: string;
  subscriptionId: string | null;
  paymentStatus: string | null;
  billingCycleStart: number | null;
  invalid: Generated<boolean | 0 | 1>;
  delegationCredentialId: string | null;
  account: Generated<string>;
  sealedKey: string;
  status: Generated<CredentialStatus>;
  statusReason: string | null;
  expiresAt: number | null;
  version: Generated<number>;
  provenance: Generated<string>;
  createdAt: number;
  updatedAt: number;
  pushedAt: number | null;
  refreshedAt: number | null;
  failedAt: number | null;
  failures: Generated<number>;
  refusedAt: number | null;
  refreshedFor: Generated<number>;
  forcedAt: number | null;
  retryAt: number | null;
  formerStatus: Generated<CredentialStatus>;
}

export interface ApiKeyTable {
  id: string;
  userId: number | null;
  teamId: number | null;
  note: string | null;
  createdAt: string;
  expiresAt: string | null;
  lastUsedAt: string | null;
  hashedKey: string;
  appId: string | null;
}

export interface EventTable {
  id: Generated<number>;
  at: number;
  kind: string;
  actor: string;
  userId: number | null;
  appId: string | null;
  detail: string | null;
}

/** What is wrong with the other side as a whole; at most one row. */
export interface IncidentTable {
  name: string;
  code: string;
  since: number;
}

/** A calendar that is looked at for conflicts. What Cal.com keeps of its subscription is not read or written here. */
export interface SelectedCalendarTable {
  id: string;
  userId: number;
  integration: string;
  externalId: string;
  credentialId: number | null;
  eventTypeId: number | null;
  createdAt: string | null;
  updatedAt: string | null;
}

/** The calendar into which events are written; at most one a user. */
export interface DestinationCalendarTable {
  id: Generated<number>;
  integration: string;
  externalId: string;
  primaryEmail: string | null;
  userId: number | null;
  eventTypeId: number | null;
  credentialId: number | null;
  createdAt: string | null;
  updatedAt: string | null;
}

export interface UserSessionTable {
  id: string;
  tokenHash: string;
  personId: number;
  userAgent: string | null;
  createdAt: number;
  seenAt: number;
  expiresAt: number;
}

export interface UserTryTable {
  key: string;
  tries: number;
  lastAt: number;
  blockedUntil: number;
}

export interface InstanceTables {
  users: UsersTable;
  App: AppTable;
  Credential: CredentialTable;
  ApiKey: ApiKeyTable;
  event: EventTable;
  incident: IncidentTable;
  SelectedCalendar: SelectedCalendarTable;
  DestinationCalendar: DestinationCalendarTable;
  user_session: UserSessionTable;
  user_try: UserTryTable;
}
