import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { VariableInForce } from '../config.ts';
import type { Counted, SealedCount } from '../db/index.ts';
import { type Finding, findingSchema } from '../doctor/index.ts';
import { VERSION } from '../version.ts';
import { answers, asOf } from './validation.ts';

const settingsSchema = z.object({
  version: z.string(),
  engine: z.enum(['sqlite', 'postgres']),
  publicUrl: z.string(),
  variables: z.array(
    z.object({
      name: z.string(),
      set: z.boolean(),
      value: z.string().nullable().openapi({ description: 'Only of what holds no secret' }),
      source: z.string().nullable().openapi({ description: 'Where the value comes from' }),
    }),
  ),
  sealing: z
    .array(z.object({ id: z.string(), seals: z.boolean(), known: z.boolean(), values: z.int() }))
    .openapi({ description: 'The keys of the keyring, and how many stored values each has sealed' }),
  asOf,
});

export type Settings = z.infer<typeof settingsSchema>;

const settingsRoute = createRoute({
  method: 'get',
  path: '/api/keyferry/v1/settings',
  summary: 'Which variables are in force and from where, and how far a key rotation is; no secret',
  responses: answers(200, settingsSchema, 'The settings'),
});

const doctorRoute = createRoute({
  method: 'post',
  path: '/api/keyferry/v1/doctor',
  summary: 'What the doctor finds, looking from this role',
  responses: answers(200, z.object({ findings: z.array(findingSchema) }), 'The findings'),
});

export interface SettingsSource {
  readonly engine: 'sqlite' | 'postgres';
  readonly publicUrl: string;
  readonly variables: readonly VariableInForce[];
  readonly sealing: () => Promise<Counted<SealedCount[]>>;
  readonly examine: () => Promise<Finding[]>;
}

/** What an operator wants to know of a role's configuration. */
export function settingsRoutes(
  app: OpenAPIHono,
  { engine, publicUrl, variables, sealing, examine }: SettingsSource,
): void {
  app.openapi(settingsRoute, async c => {
    const { value, asOf } = await sealing();
    const own = { version: VERSION, engine, publicUrl, variables: [...variables] };
    return c.json({ ...own, sealing: value, asOf }, 200);
  });
  app.openapi(doctorRoute, async c => c.json({ findings: await examine() }, 200));
}
