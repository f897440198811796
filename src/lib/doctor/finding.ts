export type Verdict = 'ok' | 'warning' | 'failed' | 'not possible';

/** What one check found. Never holds a secret. */
export interface Finding {
  /** The side that was looked at from. */
  readonly role: Role;
  readonly check: string;
  readonly verdict: Verdict;
  readonly detail: string;
  /** What to do; null where nothing is to be done. */
  readonly remedy: string | null;
}

export type Role = 'instance' | 'platform';

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
