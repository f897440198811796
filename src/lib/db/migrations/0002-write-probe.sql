-- One row, written to learn whether anything can be written.
create table "write_probe" (
  "id" integer primary key,
  "at" bigint not null
);
