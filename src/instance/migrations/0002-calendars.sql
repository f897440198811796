-- Which calendars of a user are looked at for conflicts, and into which one events are written. Both tables have
-- Cal.com's names and columns. "eventTypeId" names a row of a table that is not ours.
create table "SelectedCalendar" (
  "id" text primary key,
  "userId" integer not null references "users" ("id") on delete cascade,
  "integration" text not null,
  "externalId" text not null,
  "credentialId" integer references "Credential" ("id") on delete cascade,
  "delegationCredentialId" text,
  "domainWideDelegationCredentialId" text,
  "eventTypeId" integer,
  "createdAt" timestamp(3),
  "updatedAt" timestamp(3),
  "googleChannelId" text,
  "googleChannelKind" text,
  "googleChannelResourceId" text,
  "googleChannelResourceUri" text,
  "googleChannelExpiration" text,
  "channelId" text,
  "channelKind" text,
  "channelResourceId" text,
  "channelResourceUri" text,
  "channelExpiration" timestamp(3),
  "syncSubscribedAt" timestamp(3),
  "syncSubscribedErrorAt" timestamp(3),
  "syncSubscribedErrorCount" integer not null default 0,
  "syncToken" text,
  "syncedAt" timestamp(3),
  "syncErrorAt" timestamp(3),
  "syncErrorCount" integer not null default 0,
  "error" text,
  "lastErrorAt" timestamp(3),
  "watchAttempts" integer not null default 0,
  "unwatchAttempts" integer not null default 0,
  "maxAttempts" integer not null default 3,
  unique ("userId", "integration", "externalId", "eventTypeId"),
  unique ("googleChannelId", "eventTypeId")
);
-- Ours: the first of the two lets rows of no event type stand twice, since null equals nothing.
create unique index "SelectedCalendar_of_user_idx" on "SelectedCalendar" ("userId", "integration", "externalId")
  where "eventTypeId" is null;
create index "SelectedCalendar_credentialId_idx" on "SelectedCalendar" ("credentialId");
create table "DestinationCalendar" (
  "id" {{id}},
  "integration" text not null,
  "externalId" text not null,
  "primaryEmail" text,
  "userId" integer unique references "users" ("id") on delete cascade,
  "eventTypeId" integer unique,
  "credentialId" integer references "Credential" ("id") on delete cascade,
  "delegationCredentialId" text,
  "domainWideDelegationCredentialId" text,
  "createdAt" timestamp(3),
  "updatedAt" timestamp(3),
  "customCalendarReminder" integer
);
create index "DestinationCalendar_credentialId_idx" on "DestinationCalendar" ("credentialId");
