-- When a refresh was last forced: a caller was told that the token is refused.
alter table "Credential" rename column "renewedAt" to "forcedAt";
