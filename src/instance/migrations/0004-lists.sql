-- Lists of credentials: pages in the order of their ids, of an app or of one state. SQLite's index had the id at its end
-- already; PostgreSQL's did not.
drop index "Credential_appId_idx";
create index "Credential_app_idx" on "Credential" ("appId", "id");
-- Only what is in trouble, as before: a push of a working credential writes none of these.
drop index "Credential_trouble_idx";
create index "Credential_trouble_idx" on "Credential" ("status", "id") where "status" <> 'working';
create index "Credential_app_trouble_idx" on "Credential" ("appId", "status", "id") where "status" <> 'working';
-- Ours: when each key of an app was set, by name, epoch milliseconds. What was set before has none.
alter table "App" add column "keysSetAt" {{json}};
