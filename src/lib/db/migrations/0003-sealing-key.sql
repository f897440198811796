-- Which sealing keys a role has used, each with a text that it sealed: another key of the same id does not open it.
create table "sealing_key" (
  "role" text not null,
  "id" text not null,
  "canary" text not null,
  primary key ("role", "id")
);
