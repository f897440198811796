-- Pushes and refreshes are most of all events, and each paid for two more pages in its commit. What tells of trouble
-- or of somebody's doing is found by user all the same.
drop index "event_user_idx";
create index "event_user_idx" on "event" ("userId", "id")
  where "kind" <> 'credential.pushed' and "kind" <> 'credential.refreshed';
