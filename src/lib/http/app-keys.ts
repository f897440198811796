import { z } from '@hono/zod-openapi';

/** One key of an app as either role shows it to an operator. */
export const appKeySchema = z.object({
  name: z.string(),
  kind: z.enum(['text', 'secret', 'url', 'list', 'number', 'boolean', 'date']),
  required: z.boolean(),
  options: z.array(z.string()).readonly().optional(),
  initial: z.unknown().optional(),
  set: z.boolean(),
  setAt: z
    .number()
    .nullable()
    .openapi({ description: 'Epoch milliseconds; null also where that was not noted' }),
  value: z.unknown().optional().openapi({ description: 'Only of what is no secret' }),
});

export type AppKey = z.infer<typeof appKeySchema>;

/** How the client id and secret of an app here stand to those of the other side. */
export const keyComparisonSchema = z.object({
  slug: z.string(),
  verdict: z.enum(['same', 'differs', 'ours_missing', 'theirs_missing']),
  differing: z.array(z.string()).readonly(),
});

export type Verdict = z.infer<typeof keyComparisonSchema>;
