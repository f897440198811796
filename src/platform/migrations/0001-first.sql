-- Times are epoch milliseconds. Every "sealed..." column is opened by the row's identity alone.
create table "platform_app" (
  "slug" text primary key,
  "sealedKeys" text not null,
  "updatedAt" bigint not null
);
-- An instance that credentials are delivered to.
create table "target" (
  "id" text primary key,
  "kind" text not null check ("kind" in ('keyferry', 'calcom')),
  "webappUrl" text not null,
  "header" text,
  "sealedSecret" text not null,
  "sealedEncryptionKey" text not null,
  "sealedApiKey" text,
  "withRefreshToken" boolean not null default false,
  "createdAt" bigint not null,
  "updatedAt" bigint not null
);
-- Who a user of the host is at a target.
create table "target_user" (
  "targetId" text not null references "target" ("id") on delete cascade,
  "externalUserId" text not null,
  "calcomUserId" integer not null,
  primary key ("targetId", "externalUserId"),
  unique ("targetId", "calcomUserId")
);
-- A grant of one user for one app: the vault.
create table "connection" (
  "id" text primary key,
  "externalUserId" text not null,
  "appSlug" text not null,
  "account" text not null default '',
  "sealedCredential" text not null,
  "status" text not null check ("status" in ('connected', 'failing', 'needs_reconnect')),
  "statusReason" text,
  "expiresAt" bigint,
  "version" integer not null default 1,
  "createdAt" bigint not null,
  "updatedAt" bigint not null,
  "refreshedAt" bigint,
  "failedAt" bigint,
  -- refreshes that failed in a row, and when the provider may be asked again
  "failures" integer not null default 0,
  "retryAt" bigint not null default 0,
  unique ("externalUserId", "appSlug", "account")
);
create index "connection_status_idx" on "connection" ("status");
-- What has still to be sent. One row a place at a target (target, user, app, account): a later wish for the
-- same place, push or delete, renews the row, so that the two can never overtake each other. What is sent is
-- built when it is sent. "generation" tells a renewed wish from the one that a worker has claimed.
create table "outbox" (
  "id" {{id}},
  "topic" text not null check ("topic" in ('credential.push', 'credential.delete')),
  "key" text not null unique,
  "targetId" text not null,
  "connectionId" text not null,
  -- what stays known once the connection is gone
  "calcomUserId" integer not null,
  "appSlug" text not null,
  "state" text not null check ("state" in ('waiting', 'done', 'stopped')),
  "generation" integer not null default 1,
  "attempts" integer not null default 0,
  "dueAt" bigint not null,
  -- by the database's clock
  "claimedUntil" bigint not null default 0,
  "claimedBy" text,
  "lastStatus" integer,
  "lastError" text,
  "createdAt" bigint not null,
  "updatedAt" bigint not null
);
create index "outbox_due_idx" on "outbox" ("state", "dueAt");
create index "outbox_connection_idx" on "outbox" ("connectionId");
-- A link that the host hands to its user, once.
create table "connect_session" (
  "id" text primary key,
  "tokenHash" text not null unique,
  "targetId" text not null references "target" ("id") on delete cascade,
  "externalUserId" text not null,
  "calcomUserId" integer not null,
  -- slugs, a JSON array
  "apps" text not null,
  "returnUrl" text,
  -- the browser that opened the link: hash of its cookie
  "browserHash" text,
  "expiresAt" bigint not null,
  "createdAt" bigint not null
);
create index "connect_session_expires_idx" on "connect_session" ("expiresAt");
-- The apps that a session has connected; with all of them the session is spent.
create table "connect_done" (
  "sessionId" text not null references "connect_session" ("id") on delete cascade,
  "appSlug" text not null,
  primary key ("sessionId", "appSlug")
);
-- One walk to a provider and back.
create table "oauth_attempt" (
  "stateHash" text primary key,
  "sessionId" text not null references "connect_session" ("id") on delete cascade,
  "appSlug" text not null,
  "sealedVerifier" text not null,
  "expiresAt" bigint not null
);
create index "oauth_attempt_session_idx" on "oauth_attempt" ("sessionId");
create table "platform_event" (
  "id" {{id}},
  "at" bigint not null,
  "kind" text not null,
  "actor" text not null,
  "connectionId" text,
  "externalUserId" text,
  "appSlug" text,
  "detail" text
);
create index "platform_event_at_idx" on "platform_event" ("at");
create index "platform_event_connection_idx" on "platform_event" ("connectionId", "at");
