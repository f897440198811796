/** What the server refuses, as it says it: an RFC 9457 problem with a stable code and a remedy. */
export class Refusal extends Error {
  override readonly name = 'Refusal' as const;
  readonly status: number;
  readonly code: string;
  readonly remedy: string | null;
  /** Milliseconds until a repeat makes sense, or null. */
  readonly retryAfterMs: number | null;
  /** All that the answer says, also what only some routes add. */
  readonly details: Readonly<Record<string, unknown>>;
  /** What is wrong with each field of a form, by its name; empty where the server does not say. */
  readonly fields: Readonly<Record<string, string>>;

  constructor(
    status: number,
    problem: Problem,
    retryAfterMs: number | null,
    details: Readonly<Record<string, unknown>> = {},
  ) {
    super(problem.detail);
    this.status = status;
    this.code = problem.code;
    this.remedy = problem.remedy ?? null;
    this.retryAfterMs = retryAfterMs;
    this.details = details;
    this.fields = problem.fields ?? {};
  }
}

interface Problem {
  readonly code: string;
  readonly detail: string;
  readonly remedy?: string;
  readonly fields?: Readonly<Record<string, string>>;
}

export type Query = Readonly<Record<string, string | number | boolean | null | undefined>>;
type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/**
 * Asks this page's own server.
 * @throws Refusal also when nothing answers: then its code is `unreachable`
 */
export async function ask<T>(
  method: Method,
  path: string,
  { query = {}, body, signal }: { query?: Query; body?: unknown; signal?: AbortSignal } = {},
): Promise<T> {
  const init: RequestInit = { method, credentials: 'same-origin', headers: { accept: 'application/json' } };
  if (signal) init.signal = signal;
  if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { accept: 'application/json', 'content-type': 'application/json' };
  }
  const response = await fetch(addressOf(path, query), init).catch(error => {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new Refusal(0, UNREACHABLE, null);
  });
  const answer: unknown = response.status === 204 ? null : await response.json().catch(() => undefined);
  if (response.ok && answer !== undefined) return answer as T;
  const seconds = Number(response.headers.get('retry-after'));
  const retryAfterMs = seconds > 0 ? seconds * 1000 : null;
  throw new Refusal(response.status, problemIn(answer, response.status), retryAfterMs, { ...Object(answer) });
}

const UNREACHABLE = {
  code: 'unreachable',
  detail: 'The server does not answer.',
  remedy: 'Check the network; the page tries again by itself.',
};

function addressOf(path: string, query: Query): string {
  const given = Object.entries(query).filter(
    ([, value]) => value !== null && value !== undefined && value !== '',
  );
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return text === '' ? path : `${path}?${text}`;
}

function problemIn(answer: unknown, status: number): Problem {
  const { code, detail, remedy, fields } = (answer ?? {}) as Record<string, unknown>;
  if (typeof code !== 'string' || typeof detail !== 'string') {
    return {
      code: 'unexpected_answer',
      detail: `The server answers ${status}, in a way this page does not know.`,
    };
  }
  return {
    code,
    detail,
    ...(typeof remedy === 'string' ? { remedy } : {}),
    ...(fields === undefined ? {} : { fields: fields as Record<string, string> }),
  };
}
