-- One row a name that was ever leased. A lease that is free keeps its row, so that its generation only grows.
create table "lease" (
  "name" text primary key,
  "owner" text not null,
  "generation" bigint not null,
  "until" bigint not null
);
