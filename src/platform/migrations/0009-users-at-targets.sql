-- Each refresh asks where its user is known, by the host's name alone: the primary key begins with the target.
create index "target_user_external_idx" on "target_user" ("externalUserId");
