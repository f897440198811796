-- Sessions that were long not used go some at a time.
create index "user_session_seen_idx" on "user_session" ("seenAt");
