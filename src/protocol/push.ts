/** The body of POST /api/webhook/app-credential. */
export interface Push {
  readonly userId: number;
  readonly appSlug: string;
  /** The encrypted text, as it came. */
  readonly keys: string;
}

/** One fault of a body, in the form that Cal.com answers (that of zod 3). @see docs/protocol.md#5 */
export interface PushIssue {
  readonly code: 'invalid_type';
  readonly expected: string;
  readonly received: string;
  readonly path: readonly string[];
  readonly message: string;
}

const MEMBERS = [
  ['userId', 'number'],
  ['appSlug', 'string'],
  ['keys', 'string'],
] as const;

/**
 * Judges a push as Cal.com's schema does; members beyond the three are ignored.
 * @returns the push, or the faults in Cal.com's order and words
 * @see docs/protocol.md#5
 */
export function parsePush(body: unknown): Push | readonly PushIssue[] {
  const issues = memberIssues(body, MEMBERS);
  if (issues.length > 0) return issues;
  const members = body as Record<string, unknown>;
  return {
    userId: members.userId as number,
    appSlug: members.appSlug as string,
    keys: members.keys as string,
  };
}

/**
 * The faults of a parsed body against members of a type each, in the order of those; none where it is good.
 * A `number` must be whole.
 */
export function memberIssues(
  body: unknown,
  expectations: readonly (readonly [name: string, type: 'number' | 'string'])[],
): PushIssue[] {
  if (typeOf(body) !== 'object') return [issue('object', typeOf(body), [])];
  const members = body as Record<string, unknown>;
  const issues: PushIssue[] = [];
  for (const [name, expected] of expectations) {
    const received = typeOf(members[name]);
    if (received !== expected) issues.push(issue(expected, received, [name]));
    else if (expected === 'number' && !Number.isInteger(members[name])) {
      issues.push(issue('integer', 'float', [name]));
    }
  }
  return issues;
}

function issue(expected: string, received: string, path: readonly string[]): PushIssue {
  const message = received === 'undefined' ? 'Required' : `Expected ${expected}, received ${received}`;
  // zod 3 puts `path` last for the integer check; the bytes are kept.
  return expected === 'integer'
    ? { code: 'invalid_type', expected, received, message, path }
    : { code: 'invalid_type', expected, received, path, message };
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value;
}

/** The two answers of a push that was stored. */
export function pushAnswer(userId: number, created: boolean): { message: string } {
  return { message: `Credentials ${created ? 'created' : 'updated'} for userId: ${userId}` };
}
