-- What waits is claimed a lane a target, so that many rows for one that hangs stand in nobody's way.
create index "outbox_lane_idx" on "outbox" ("targetId", "dueAt", "id") where "state" = 'waiting';
drop index "outbox_due_idx";
-- Tries in a row that its receiver did not take: a wish that is renewed by a refresh keeps its place behind them.
alter table "outbox" add column "faults" integer not null default 0;
