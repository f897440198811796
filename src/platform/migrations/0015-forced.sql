-- When a refresh was last forced: a caller was told that the access token is refused.
alter table "connection" add column "forcedAt" bigint;
