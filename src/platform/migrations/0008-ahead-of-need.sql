-- When a connection is next refreshed without anybody asking; null: never. A claim moves it on.
alter table "connection" add column "refreshDueAt" bigint;
-- 0: an instance used it lately, so it goes first; 1: not so.
alter table "connection" add column "refreshClass" integer not null default 0;
-- When an instance last asked for it, to the hour.
alter table "connection" add column "usedAt" bigint;
-- The end of the grant that no refresh moves.
alter table "connection" add column "grantExpiresAt" bigint;
-- The end of the grant unless it is refreshed before.
alter table "connection" add column "idleEndsAt" bigint;
-- The end that is foreseen, as things stand, and why; null: none.
alter table "connection" add column "endsAt" bigint;
alter table "connection" add column "endingReason" text;
-- When that is to be told next; null: it has been.
alter table "connection" add column "endingNoticeAt" bigint;
update "connection"
set "refreshDueAt" = case when "expiresAt" is null then "updatedAt" else "expiresAt" - 600000 end,
  "usedAt" = "updatedAt"
where "status" <> 'needs_reconnect';
create index "connection_refresh_idx" on "connection" ("appSlug", "refreshClass", "refreshDueAt")
  where "refreshDueAt" is not null;
create index "connection_ends_idx" on "connection" ("endsAt", "id") where "endsAt" is not null;
create index "connection_ending_notice_idx" on "connection" ("endingNoticeAt", "id")
  where "endingNoticeAt" is not null;
drop index "connection_expires_idx";
-- The end date of the client secret, as the operator gave it, and when it is to be told next.
alter table "platform_app" add column "secretExpiresAt" bigint;
alter table "platform_app" add column "secretNoticeAt" bigint;
-- Where the host hears of events: one row, or none.
create table "host_webhook" (
  "id" text primary key,
  "url" text not null,
  "sealedSecrets" text not null,
  "updatedAt" bigint not null
);
-- A third topic, 'host.event': targetId is 'host', calcomUserId 0, connectionId empty where the event has
-- none. No engine changes a check in place on both, so the column is made anew, without one.
alter table "outbox" add column "wanted" text not null default 'credential.push';
update "outbox" set "wanted" = "topic";
alter table "outbox" drop column "topic";
alter table "outbox" rename column "wanted" to "topic";
-- What is sent to the host, word for word: every try carries the same.
alter table "outbox" add column "payload" text;
create index "outbox_host_idx" on "outbox" ("connectionId", "id") where "topic" = 'host.event' and "state" = 'waiting';
create index "outbox_told_idx" on "outbox" ("updatedAt") where "topic" = 'host.event' and "state" <> 'waiting';
