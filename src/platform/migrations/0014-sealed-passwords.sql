-- The hash of a password, sealed for its person (KEYFERRY_ENCRYPTION_KEYS). What "passwordHash" has is sealed at the next
-- start, and signs nobody in before that.
alter table "operator" add column "sealedPassword" text;
-- Until when a one-time password serves; 0: it was used. Epoch milliseconds.
alter table "operator" add column "passwordEndsAt" bigint;
-- Tokens are stored as HMACs under the keyring: the SHA-256 of before opens nothing.
delete from "operator_session";
delete from "oauth_attempt";
delete from "connect_session";
