-- Users by a part of their e-mail, user name or name: which three letters stand in a row in which user. What is found
-- is compared with the row itself. Without pg_trgm, which a managed server may not let its users create.
create function "keyferry_trigrams" (text) returns text[] language sql immutable strict parallel safe
  as $$ select array(select distinct substr($1, i, 3) from generate_series(1, length($1) - 2) as i) $$;
create index "users_search_idx" on "users" using gin (
  "keyferry_trigrams"(lower("email" || ' ' || coalesce("username", '') || ' ' || coalesce("name", '')))
) with (fastupdate = off);
