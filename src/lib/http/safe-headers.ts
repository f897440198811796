import type { MiddlewareHandler } from 'hono';

/** What every answer of an API has: no browser guesses another type into it, and nothing on the way keeps it. */
export const SAFE_HEADERS = { 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' } as const;

/** Adds them to whatever is answered, problems and unknown paths included. What a page says of its caching stays. */
export const safeHeaders: MiddlewareHandler = async (c, next) => {
  await next();
  const { headers } = c.res;
  for (const [name, value] of Object.entries(SAFE_HEADERS)) {
    if (!headers.has(name)) headers.set(name, value);
  }
};
