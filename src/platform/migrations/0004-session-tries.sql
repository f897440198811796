-- How often a form of the session was tried at a service: a link must not become a way to guess passwords.
alter table "connect_session" add column "tries" integer not null default 0;
