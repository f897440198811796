/**
 * Every error that Keyferry answers has one of these codes. A code never changes its meaning.
 * The HTTP status stands here and nowhere else. docs/operations.md lists each with its remedy.
 *
 * A 5xx of ours means that we are broken or busy. A fault of the other side, which we only pass on
 * (the platform, the provider), is 424 Failed Dependency, so that an operator can tell the two apart.
 */
export const STATUS = {
  // the caller
  body_not_json: 400,
  body_invalid: 400,
  keys_unreadable: 400,
  unauthenticated: 401,
  sign_in_failed: 401,
  origin_refused: 403,
  admin_needed: 403,
  password_change_needed: 403,
  password_wrong: 403,
  setup_code_invalid: 403,
  sharing_disabled: 403,
  secret_invalid: 403,
  consent_denied: 403,
  not_found: 404,
  user_not_found: 404,
  operator_not_found: 404,
  app_not_found: 404,
  credential_not_found: 404,
  connection_not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  setup_done: 409,
  last_admin: 409,
  app_disabled: 409,
  app_keys_missing: 409,
  not_a_token_app: 409,
  not_deliverable: 409,
  needs_reconnect: 409,
  session_invalid: 410,
  body_too_large: 413,
  credential_refused: 422,
  password_refused: 422,
  too_many_tries: 429,
  // the other side
  sync_endpoint_missing: 424,
  platform_unreachable: 424,
  platform_refused: 424,
  platform_unknown: 424,
  platform_busy: 424,
  platform_malformed: 424,
  provider_unreachable: 424,
  provider_unanswered: 424,
  provider_answer_missing: 424,
  provider_blocked: 424,
  provider_refused: 424,
  provider_client_refused: 424,
  provider_busy: 424,
  provider_malformed: 424,
  provider_failed: 424,
  // ourselves
  address_refused: 422,
  sealed_unreadable: 500,
  internal: 500,
  busy: 503,
  database_unreachable: 503,
  database_unwritable: 503,
  database_damaged: 503,
} as const;

export type ErrorCode = keyof typeof STATUS;

export interface ErrorDetail {
  /** What a person should do about it. */
  readonly remedy?: string;
  /** Milliseconds after which a repeat makes sense. */
  readonly retryAfterMs?: number;
  /** What is wrong with each field of a form, by its name; never with a value in it. */
  readonly fields?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/** The one error class. Its message says what is wrong and never holds a secret. */
export class KeyferryError extends Error {
  override readonly name = 'KeyferryError' as const;
  readonly code: ErrorCode;
  readonly remedy: string | null;
  /** Milliseconds, or null where a repeat needs somebody's hand first. */
  readonly retryAfterMs: number | null;
  readonly fields: Readonly<Record<string, string>> | null;

  constructor(code: ErrorCode, message: string, detail: ErrorDetail = {}) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.code = code;
    this.remedy = detail.remedy ?? null;
    this.retryAfterMs = detail.retryAfterMs ?? null;
    this.fields = detail.fields ?? null;
  }

  get status(): (typeof STATUS)[ErrorCode] {
    return STATUS[this.code];
  }
}

export function isKeyferryError(error: unknown): error is KeyferryError {
  return error instanceof KeyferryError;
}
