-- Lists of the desk: pages of one state, of one app, of users whose name begins with a text, latest deliveries.
drop index "connection_status_idx";
create index "connection_status_idx" on "connection" ("status", "id");
create index "connection_app_idx" on "connection" ("appSlug", "id");
create index "connection_user_idx" on "connection" ("externalUserId" {{bytewise}}, "id");
create index "outbox_changed_idx" on "outbox" ("state", "updatedAt", "id");
