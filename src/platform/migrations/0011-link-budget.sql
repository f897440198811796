-- What a session has asked of services that its user names, and how much it was answered: a link must not become a
-- way to have a third party asked without end.
alter table "connect_session" add column "requests" integer not null default 0;
alter table "connect_session" add column "bytes" integer not null default 0;
