import type { Hono } from 'hono';
import { KeyferryError } from '../../protocol/index.ts';
import { problemResponse } from './problem.ts';

/** The methods that a path answers to, from the routes themselves. */
function allowedMethods(routes: readonly { method: string; path: string }[], path: string): string[] {
  const methods = routes
    .filter(route => route.method !== 'ALL' && matches(route.path, path))
    .map(route => route.method);
  return [...new Set(methods)].sort((one, other) => one.localeCompare(other));
}

function matches(pattern: string, path: string): boolean {
  const [wanted, given] = [pattern.split('/'), path.split('/')];
  return (
    wanted.length === given.length &&
    wanted.every((part, i) => (part.startsWith(':') ? given[i] !== '' : part === given[i]))
  );
}

/** Answers what no route answers: 405 with Allow where the path has another method, else 404. */
export function answerUnmatched(app: Pick<Hono, 'routes'>) {
  return function notFound(context: { req: { path: string; method: string } }): Response {
    const { path, method } = context.req;
    const allowed = allowedMethods(app.routes, path);
    if (allowed.length === 0)
      return problemResponse(new KeyferryError('not_found', 'There is nothing here.'));
    const error = new KeyferryError('method_not_allowed', `${method.slice(0, 10)} is not answered here.`);
    const response = problemResponse(error);
    response.headers.set('allow', allowed.join(', '));
    return response;
  };
}
