-- A password that an admin made: it opens nothing but the change of itself.
alter table "users" add column "mustChangePassword" boolean not null default false;
create index "users_admin_idx" on "users" ("id") where "role" = 'ADMIN';
-- Times are epoch milliseconds.
create table "user_session" (
  "id" text primary key,
  -- SHA-256 of what the browser holds
  "tokenHash" text not null unique,
  "personId" integer not null references "users" ("id") on delete cascade,
  "userAgent" text,
  "createdAt" bigint not null,
  "seenAt" bigint not null,
  "expiresAt" bigint not null
);
create index "user_session_person_idx" on "user_session" ("personId");
create index "user_session_expires_idx" on "user_session" ("expiresAt");
-- Tries to sign in that failed or are under way. The keys are hashed: what was typed may be a password.
create table "user_try" (
  "key" text primary key,
  "tries" integer not null,
  "lastAt" bigint not null,
  "blockedUntil" bigint not null
);
create index "user_try_last_idx" on "user_try" ("lastAt");
