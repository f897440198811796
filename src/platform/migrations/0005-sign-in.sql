-- Who signs in at the platform's desk. All of them are admins.
create table "operator" (
  "id" {{id}},
  "email" text not null unique,
  "name" text,
  "locked" boolean not null default false,
  -- scrypt in the PHC string format
  "passwordHash" text,
  -- a password that another one made: it opens nothing but the change of itself
  "mustChangePassword" boolean not null default false,
  "createdAt" bigint not null
);
create table "operator_session" (
  "id" text primary key,
  -- SHA-256 of what the browser holds
  "tokenHash" text not null unique,
  "personId" integer not null references "operator" ("id") on delete cascade,
  "userAgent" text,
  "createdAt" bigint not null,
  "seenAt" bigint not null,
  "expiresAt" bigint not null
);
create index "operator_session_person_idx" on "operator_session" ("personId");
create index "operator_session_expires_idx" on "operator_session" ("expiresAt");
-- Tries to sign in that failed or are under way. The keys are hashed: what was typed may be a password.
create table "operator_try" (
  "key" text primary key,
  "tries" integer not null,
  "lastAt" bigint not null,
  "blockedUntil" bigint not null
);
create index "operator_try_last_idx" on "operator_try" ("lastAt");
