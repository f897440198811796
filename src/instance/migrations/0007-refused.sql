-- When the provider last refused a token that had been fetched anew; null while it takes them. Until it takes one, no
-- push and no refresh makes the credential work.
alter table "Credential" add column "refusedAt" bigint;
-- For how many seconds the token of the last refresh was asked to hold.
alter table "Credential" add column "refreshedFor" integer not null default 0;
-- When a refresh last brought a token, or was forced in vain; not when it brought nothing newer to who only asked.
alter table "Credential" add column "renewedAt" bigint;
