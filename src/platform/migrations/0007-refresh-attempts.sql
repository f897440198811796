-- Refreshes of which something may still come, or be lost: a row stands from before the request is sent until
-- the answer is committed, or known to be worth nothing.
create table "refresh_attempt" (
  "id" text primary key,
  "connectionId" text not null references "connection" ("id") on delete cascade,
  -- the generation of the lease that it was begun under
  "fence" integer not null,
  -- of the connection when it was begun
  "version" integer not null,
  "beganAt" bigint not null,
  -- the refresh token that was sent, and the provider's answer as it came
  "sealedSent" text not null,
  "sealedAnswer" text
);
create index "refresh_attempt_connection_idx" on "refresh_attempt" ("connectionId");
create index "refresh_attempt_began_idx" on "refresh_attempt" ("beganAt");
-- Since when the provider refuses the client itself, how often in a row, and when one may try again.
alter table "platform_app" add column "refusedAt" bigint;
alter table "platform_app" add column "refusals" integer not null default 0;
alter table "platform_app" add column "probeAt" bigint not null default 0;
