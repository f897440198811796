-- Sessions that were long not used go some at a time.
create index "operator_session_seen_idx" on "operator_session" ("seenAt");
-- Users at targets who have no connection any more; from now on they go in time.
delete from "target_user" where not exists (
  select 1 from "connection" where "connection"."externalUserId" = "target_user"."externalUserId");
