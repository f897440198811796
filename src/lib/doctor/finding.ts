import { z } from '@hono/zod-openapi';

/** What one check found. Never holds a secret. */
export const findingSchema = z
  .object({
    role: z.enum(['instance', 'platform']).openapi({ description: 'The side that was looked at from' }),
    check: z.string(),
    verdict: z.enum(['ok', 'warning', 'failed', 'not possible']),
    detail: z.string(),
    remedy: z.string().nullable().openapi({ description: 'What to do; null where nothing is to be done' }),
  })
  .openapi('Finding');

export type Finding = Readonly<z.infer<typeof findingSchema>>;
export type Verdict = Finding['verdict'];
export type Role = Finding['role'];

/** Makes the findings of one role. */
export function findingsOf(role: Role) {
  return {
    ok: (check: string, detail: string): Finding => ({ role, check, verdict: 'ok', detail, remedy: null }),
    warning: (check: string, detail: string, remedy: string): Finding => ({
      role,
      check,
      verdict: 'warning',
      detail,
      remedy,
    }),
    failed: (check: string, detail: string, remedy: string): Finding => ({
      role,
      check,
      verdict: 'failed',
      detail,
      remedy,
    }),
    notPossible: (check: string, detail: string): Finding => ({
      role,
      check,
      verdict: 'not possible',
      detail,
      remedy: null,
    }),
  };
}

export type Findings = ReturnType<typeof findingsOf>;
