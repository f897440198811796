-- Why a refresh has no answer, in a few words, as far as whoever sent it could say; and who that was: host/process id.
alter table "refresh_attempt" add column "fault" text;
alter table "refresh_attempt" add column "sentBy" text;
