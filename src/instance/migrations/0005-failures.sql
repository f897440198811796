-- How often in a row the platform was asked in vain, and when it may be asked again. Both count while the status is
-- 'failing', so that a push, which sets it to 'working', has nothing more to write.
alter table "Credential" add column "failures" integer not null default 0;
alter table "Credential" add column "retryAt" bigint;
-- The status before the last write: PostgreSQL before 18 returns only what was written, and the end of an incident
-- has its own event.
alter table "Credential" add column "formerStatus" text not null default 'working';
-- What is wrong with the other side as a whole, one row a name: any number of processes open and close it once.
create table "incident" (
  "name" text primary key,
  -- an error code
  "code" text not null,
  "since" bigint not null
);
