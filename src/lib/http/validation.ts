import { z } from '@hono/zod-openapi';
import { KeyferryError, MAX_ID } from '../../protocol/index.ts';

/** An id in a path or a query: what fits the database's integer. */
export const ID = z.coerce.number().int().min(1).max(MAX_ID);

/** Where a list that goes by ids goes on: after an id, or from the start. */
export const AFTER_ID = z.coerce.number().int().min(0).max(MAX_ID);

/**
 * What an OpenAPIHono does with each part of a request (body, query, path) that was looked at: a problem where the
 * schema refuses it, which names the members at fault, never their values; and where a text holds NUL, which
 * PostgreSQL takes nowhere.
 */
export function refuseInvalid(result: {
  success: boolean;
  data?: unknown;
  error?: unknown;
  target?: string;
}): void {
  if (result.success) {
    const name = nulIn(result.data);
    if (name === null) return;
    throw new KeyferryError('body_invalid', `${name || (result.target ?? 'body')}: must not hold NUL`, {
      remedy: 'See /api/openapi.json.',
    });
  }
  const issues = (result.error as z.ZodError).issues.map(
    ({ path, message }) => `${path.join('.') || (result.target ?? 'body')}: ${message}`,
  );
  throw new KeyferryError('body_invalid', issues.join('; '), { remedy: 'See /api/openapi.json.' });
}

/** The member in which a text holds NUL, or null. Without recursion: what is nested as deep as a body is long comes by. */
function nulIn(data: unknown): string | null {
  const left: (readonly [name: string, value: unknown])[] = [['', data]];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const [name, value] = next;
    if (typeof value === 'string' && value.includes('\0')) return name;
    if (typeof value !== 'object' || value === null) continue;
    for (const [member, inside] of Object.entries(value)) {
      if (member.includes('\0')) return name;
      // The outermost name is enough: paths of what is nested deep would be as long as the square of it.
      left.push([name === '' && !Array.isArray(value) ? member : name, inside]);
    }
  }
  return null;
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
