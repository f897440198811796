import { type RawBuilder, sql } from 'kysely';
import { type Store, writing } from '../../lib/db/index.ts';
import type { CredentialKey } from './store-pushes.ts';

/** Why a credential is failing whose fresh tokens the provider refuses. */
export const PROVIDER_REFUSED = 'provider_refused';

/** A mark that no call has confirmed for so long falls with the next token, in milliseconds. */
const FORGOTTEN_MS = 3_600_000;
/** Calls confirm a mark no oftener, in milliseconds. */
const CONFIRMED_EACH_MS = 600_000;

const refused = sql.raw(`"Credential"."refusedAt"`);

/**
 * The status of a credential that has got a token, as assignments: it works; or it goes on failing, and no incident
 * ends, while the provider refuses whatever token comes.
 * @param at epoch milliseconds
 */
export function statusAfter(at: RawBuilder<unknown>): RawBuilder<unknown> {
  const stays = sql`(${refused} is not null and ${refused} > ${at} - ${sql.raw(String(FORGOTTEN_MS))})`;
  return sql`"formerStatus" = case when ${stays} then 'working' else "Credential"."status" end,
      "status" = case when ${stays} then 'failing' else 'working' end,
      "statusReason" = case when ${stays} then '${sql.raw(PROVIDER_REFUSED)}' end,
      "failedAt" = case when ${stays} then "Credential"."failedAt" end,
      "refusedAt" = case when ${stays} then ${refused} end`;
}

interface Refusal extends CredentialKey {
  /** Epoch milliseconds. */
  readonly at: number;
}

interface Marked {
  readonly userId: number;
  readonly appId: string;
  readonly formerStatus: string;
  readonly updatedAt: number;
}

const key = { userId: 'integer', appId: 'text', account: 'text' } as const;
const written = { userId: 'integer', appId: 'text', formerStatus: 'text', updatedAt: 'bigint' } as const;

const mark = writing<Refusal, Marked>({
  input: { ...key, at: 'bigint' },
  write: (r, from) => sql`
    update "Credential" set "formerStatus" = "Credential"."status", "status" = 'failing',
      "statusReason" = '${sql.raw(PROVIDER_REFUSED)}', "refusedAt" = ${r.at}, "failures" = 0, "retryAt" = null,
      "failedAt" = case when "Credential"."status" = 'failing' then "Credential"."failedAt" else ${r.at} end,
      "updatedAt" = ${r.at}
    ${from}
    where "Credential"."userId" = ${r.userId} and "Credential"."appId" = ${r.appId}
      and "Credential"."account" = ${r.account} and "Credential"."status" <> 'needs_reconnect'
      and (${refused} is null or ${refused} < ${r.at} - ${sql.raw(String(CONFIRMED_EACH_MS))})
    returning "Credential"."userId", "Credential"."appId", "Credential"."formerStatus", "Credential"."updatedAt"`,
  written,
  followUp: (m, from) => sql`
    insert into "event" ("at", "kind", "actor", "userId", "appId", "detail")
    select ${m.updatedAt}, 'credential.failing', 'instance', ${m.userId}, ${m.appId}, '${sql.raw(PROVIDER_REFUSED)}'
    ${from} where ${m.formerStatus} = 'working'`,
});

const clear = writing<Refusal, Marked>({
  input: { ...key, at: 'bigint' },
  write: (r, from) => sql`
    update "Credential" set "refusedAt" = null, "formerStatus" = coalesce("Credential"."statusReason", 'working'),
      "status" = case when "Credential"."statusReason" = '${sql.raw(PROVIDER_REFUSED)}' then 'working'
        else "Credential"."status" end,
      "failedAt" = case when "Credential"."statusReason" = '${sql.raw(PROVIDER_REFUSED)}' then null
        else "Credential"."failedAt" end,
      "statusReason" = case when "Credential"."statusReason" = '${sql.raw(PROVIDER_REFUSED)}' then null
        else "Credential"."statusReason" end,
      "updatedAt" = ${r.at}
    ${from}
    where "Credential"."userId" = ${r.userId} and "Credential"."appId" = ${r.appId}
      and "Credential"."account" = ${r.account} and ${refused} is not null
    returning "Credential"."userId", "Credential"."appId", "Credential"."formerStatus", "Credential"."updatedAt"`,
  written,
  followUp: (c, from) => sql`
    insert into "event" ("at", "kind", "actor", "userId", "appId", "detail")
    select ${c.updatedAt}, 'credential.recovered', 'instance', ${c.userId}, ${c.appId}, 'the provider takes it again'
    ${from} where ${c.formerStatus} = '${sql.raw(PROVIDER_REFUSED)}'`,
});

/**
 * Notes that the provider refuses fresh tokens of a credential. One event an incident, over all processes.
 * @returns whether an incident began with it
 */
export async function markRefused(store: Store, refusal: Refusal): Promise<boolean> {
  const [marked] = await mark(store, [refusal]);
  return marked?.formerStatus === 'working';
}

/** Ends what `markRefused` began: the provider has taken a token. Nothing is written where nothing was marked. */
export async function clearRefused(store: Store, taken: Refusal): Promise<void> {
  const { userId, appId, account } = taken;
  const { rows } = await sql`select 1 from "Credential" where "userId" = ${userId} and "appId" = ${appId}
    and "account" = ${account} and "refusedAt" is not null`.execute(store.db);
  if (rows.length > 0) await clear(store, [taken]);
}
