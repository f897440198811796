-- Users by a part of their e-mail, user name or name: which three letters stand in a row in which user. What is found
-- is compared with the row itself.
create virtual table "user_search" using fts5 ("email", "username", "name",
  content = 'users', content_rowid = 'id', tokenize = 'trigram', detail = 'none', columnsize = 0);
insert into "user_search" ("user_search") values ('rebuild');
create trigger "user_search_added" after insert on "users" begin
  insert into "user_search" ("rowid", "email", "username", "name")
    values (new."id", new."email", new."username", new."name"); end;
create trigger "user_search_deleted" after delete on "users" begin
  insert into "user_search" ("user_search", "rowid", "email", "username", "name")
    values ('delete', old."id", old."email", old."username", old."name"); end;
create trigger "user_search_changed" after update of "email", "username", "name" on "users" begin
  insert into "user_search" ("user_search", "rowid", "email", "username", "name")
    values ('delete', old."id", old."email", old."username", old."name"), (null, new."id", new."email", new."username", new."name"); end;
