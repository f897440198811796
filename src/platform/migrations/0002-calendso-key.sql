-- The instance's own key (CALENDSO_ENCRYPTION_KEY), where the operator gave it.
alter table "target" add column "sealedCalendsoKey" text;
