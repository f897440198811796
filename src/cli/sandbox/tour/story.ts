import { sql } from 'kysely';
import { z } from 'zod';
import type { Instance } from '../../../instance/index.ts';
import type { RoleApi } from './role-api.ts';

const time = z.number().nullable();

const connectionSchema = z.object({
  id: z.string(),
  account: z.string(),
  status: z.string(),
  statusReason: z.string().nullable(),
  expiresAt: time,
  version: z.number(),
  createdAt: z.number(),
  refreshedAt: time,
});

const deliverySchema = z.object({
  state: z.string(),
  attempts: z.number(),
  dueAt: z.number(),
  lastStatus: time,
  lastError: z.string().nullable(),
  updatedAt: z.number(),
});

const noteSchema = z.object({ at: z.number(), kind: z.string(), detail: z.string().nullable() });

const credentialSchema = z.object({
  id: z.number(),
  status: z.string(),
  statusReason: z.string().nullable(),
  expiresAt: time,
  version: z.number(),
  pushedAt: time,
  refreshedAt: time,
});

export type Connection = z.infer<typeof connectionSchema>;
export type Delivery = z.infer<typeof deliverySchema>;
export type Note = z.infer<typeof noteSchema>;
export type Credential = z.infer<typeof credentialSchema>;

/** The host's own id for the tour's user. */
export const EXTERNAL_USER = 'demo';

/** How far the credential has come, as both roles tell it. */
export interface Story {
  readonly connection: Connection | null;
  readonly delivery: Delivery | null;
  readonly credential: Credential | null;
  /** The beginning of what stands in the instance's database, or null where nothing does. */
  readonly sealed: string | null;
  readonly platformNotes: readonly Note[];
  readonly instanceNotes: readonly Note[];
}

export interface StorySources {
  readonly platform: RoleApi;
  readonly instance: RoleApi;
  readonly database: Instance['database'];
  readonly demoUserId: number;
}

const NOTES = 8;

/** Asks both roles. @throws ApiProblem */
export async function readStory({ platform, instance, database, demoUserId }: StorySources): Promise<Story> {
  const found = await platform.get(
    `/api/keyferry/v1/connections?externalUserId=${EXTERNAL_USER}&appSlug=google-calendar`,
    z.object({ connections: z.array(z.object({ id: z.string() })) }),
  );
  const [first] = found.connections;
  const detail = first ? await platform.get(`/api/keyferry/v1/connections/${first.id}`, detailSchema) : null;
  const { credentials } = await instance.get(
    `/api/keyferry/v1/credentials?userId=${demoUserId}`,
    z.object({ credentials: z.array(credentialSchema) }),
  );
  const activity = await instance.get(
    `/api/keyferry/v1/activity?userId=${demoUserId}&limit=${NOTES}`,
    z.object({ events: z.array(noteSchema) }),
  );
  const [credential] = credentials;
  return {
    connection: detail,
    delivery: detail?.deliveries[0] ?? null,
    credential: credential ?? null,
    sealed: credential ? await readSealed(database, credential.id) : null,
    platformNotes: detail?.events.slice(0, NOTES) ?? [],
    instanceNotes: activity.events,
  };
}

const detailSchema = connectionSchema.extend({
  deliveries: z.array(deliverySchema),
  events: z.array(noteSchema),
});

/** A look into the database that no API allows: the column as it lies on the disk. */
async function readSealed({ db }: Instance['database'], id: number): Promise<string | null> {
  const { rows } = await sql<{ sealedKey: string }>`
    select "sealedKey" from "Credential" where "id" = ${id}`.execute(db);
  return rows[0]?.sealedKey.slice(0, 96) ?? null;
}
