import { z } from '@hono/zod-openapi';
import { KeyferryError } from '../../protocol/index.ts';

/**
 * What an OpenAPIHono does with a request that its schema refuses: a problem that names the members at
 * fault, never their values.
 */
export function refuseInvalid(result: { success: boolean; error?: unknown; target?: string }): void {
  if (result.success) return;
  const issues = (result.error as z.ZodError).issues.map(
    ({ path, message }) => `${path.join('.') || (result.target ?? 'body')}: ${message}`,
  );
  throw new KeyferryError('body_invalid', issues.join('; '), { remedy: 'See /api/openapi.json.' });
}

/** The body of every error of the API. */
export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string(),
    detail: z.string(),
    remedy: z.string().optional(),
    fields: z
      .record(z.string(), z.string())
      .optional()
      .openapi({ description: 'What is wrong with each field' }),
  })
  .openapi('Problem');

/** When counts beside it were counted: of many rows they are kept for a while. */
export const asOf = z
  .number()
  .nullable()
  .openapi({ description: 'When it was counted, in epoch milliseconds; null: for this answer' });

/** A JSON answer of an OpenAPI route, and the problem that every route may answer. */
export function answers<Status extends number, Schema extends z.ZodType>(
  status: Status,
  schema: Schema,
  description: string,
) {
  return {
    [status]: { description, content: { 'application/json': { schema } } },
    default: {
      description: 'A problem (RFC 9457)',
      content: { 'application/problem+json': { schema: problemSchema } },
    },
  } as Record<Status, { description: string; content: { 'application/json': { schema: Schema } } }>;
}

/** A required JSON body of an OpenAPI route. */
export function jsonBody<Schema extends z.ZodType>(schema: Schema) {
  return { required: true, content: { 'application/json': { schema } } } as const;
}
