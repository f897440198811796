import { z } from 'zod';
import { type Outbound, type OutboundAnswer, OutboundError } from '../../../lib/outbound.ts';

/** A role answered with a problem, or not at all. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem' as const;
  readonly code: string;
  readonly remedy: string | null;
  constructor(code: string, message: string, remedy: string | null) {
    super(message);
    this.code = code;
    this.remedy = remedy;
  }
}

/** The HTTP API of one role, as a back end uses it. */
export interface RoleApi {
  get<Answer>(path: string, schema: z.ZodType<Answer>): Promise<Answer>;
  post<Answer>(path: string, body: object, schema: z.ZodType<Answer>): Promise<Answer>;
  delete(path: string): Promise<void>;
}

/** @param name of the role, for what is said when it does not answer */
export function createRoleApi(
  name: string,
  base: string,
  { apiKey, outbound }: { apiKey: string; outbound: Outbound },
): RoleApi {
  async function call(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<unknown> {
    const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
    try {
      return judge(
        await outbound(`${base}${path}`, {
          method,
          headers,
          ...(body ? { body: JSON.stringify(body) } : {}),
        }),
      );
    } catch (error) {
      if (!(error instanceof OutboundError)) throw error;
      throw new ApiProblem('unreachable', `The ${name} does not answer: ${error.message}.`, 'Try again.');
    }
  }
  return {
    get: async (path, schema) => schema.parse(await call('GET', path)),
    post: async (path, body, schema) => schema.parse(await call('POST', path, body)),
    delete: async path => void (await call('DELETE', path)),
  };
}

const problemSchema = z.object({ code: z.string(), detail: z.string(), remedy: z.string().optional() });

function judge({ status, body }: OutboundAnswer): unknown {
  if (status >= 200 && status < 300) return body === '' ? null : JSON.parse(body);
  const problem = problemSchema.safeParse(parsed(body));
  if (!problem.success) throw new ApiProblem('unknown', `It answered ${status} without a reason.`, null);
  throw new ApiProblem(problem.data.code, problem.data.detail, problem.data.remedy ?? null);
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}
