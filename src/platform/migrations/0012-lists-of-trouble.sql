-- What is in trouble, by app and by itself; what works, nearly all, is in neither: a refresh writes no index for it.
drop index "connection_status_idx";
create index "connection_trouble_idx" on "connection" ("status", "id") where "status" <> 'connected';
create index "connection_app_trouble_idx" on "connection" ("appSlug", "status", "id") where "status" <> 'connected';
