-- "users", "App" and "Credential" have Cal.com's names and columns; what is ours stands behind a comment.
-- Timestamps of Cal.com's are ISO text in and out; ours are epoch milliseconds.
create table "users" (
  "id" {{id}},
  "uuid" text not null unique,
  "username" text unique,
  "name" text,
  "email" text not null unique,
  "emailVerified" timestamp(3),
  "timeZone" text not null default 'Europe/London',
  "role" text not null default 'USER' check ("role" in ('USER', 'ADMIN')),
  "locked" boolean not null default false,
  "locale" text,
  "metadata" {{json}},
  "isPlatformManaged" boolean not null default false,
  "created" timestamp(3) not null,
  -- ours: scrypt, `salt.hash` in base64url; null where nobody signs in
  "passwordHash" text
);
create table "App" (
  "slug" text primary key,
  "dirName" text not null unique,
  -- Cal.com keeps client secrets here in clear; ours are sealed, and this stays null
  "keys" {{json}},
  "categories" {{json}} not null,
  "createdAt" timestamp(3) not null,
  "updatedAt" timestamp(3) not null,
  "enabled" boolean not null default false,
  -- ours
  "sealedKeys" text
);
create index "App_enabled_idx" on "App" ("enabled");
create table "Credential" (
  "id" {{id}},
  "type" text not null,
  -- Cal.com keeps the credential here in clear; ours is sealed, and this stays an empty object
  "key" {{json}} not null default '{}',
  "encryptedKey" text,
  "userId" integer not null references "users" ("id") on delete cascade,
  "teamId" integer,
  "appId" text not null references "App" ("slug") on delete cascade on update cascade,
  "subscriptionId" text,
  "paymentStatus" text,
  "billingCycleStart" integer,
  "invalid" boolean not null default false,
  "delegationCredentialId" text,
  -- ours
  "account" text not null default '',
  "sealedKey" text not null,
  "status" text not null default 'working' check ("status" in ('working', 'failing', 'needs_reconnect')),
  "statusReason" text,
  "expiresAt" bigint,
  "version" integer not null default 1,
  "provenance" text not null default 'platform',
  "createdAt" bigint not null,
  "updatedAt" bigint not null,
  "pushedAt" bigint,
  "refreshedAt" bigint,
  "failedAt" bigint,
  unique ("userId", "appId", "account")
);
create index "Credential_appId_idx" on "Credential" ("appId");
-- Only what is in trouble: a push of a working credential touches no index.
create index "Credential_trouble_idx" on "Credential" ("status") where "status" <> 'working';
create table "ApiKey" (
  "id" text primary key,
  "userId" integer references "users" ("id") on delete cascade,
  "teamId" integer,
  "note" text,
  "createdAt" timestamp(3) not null,
  "expiresAt" timestamp(3),
  "lastUsedAt" timestamp(3),
  "hashedKey" text not null unique,
  "appId" text
);
-- Ids grow with time, so the oldest are found by id.
create table "event" (
  "id" {{row}},
  "at" bigint not null,
  "kind" text not null,
  "actor" text not null,
  "userId" integer,
  "appId" text,
  -- a code or a few words; never a secret
  "detail" text
);
create index "event_user_idx" on "event" ("userId", "id");
