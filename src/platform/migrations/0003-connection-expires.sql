-- What must be refreshed ahead of its end.
create index "connection_expires_idx" on "connection" ("expiresAt", "id");
