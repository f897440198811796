import { KeyferryError, MAX_ID, memberIssues, type PushIssue } from '../../protocol/index.ts';

/** All values of a query parameter; undefined where there is none. */
export type Query = (name: string) => readonly string[] | undefined;

/**
 * Reads an id out of the query as Cal.com does: whole digits from the start, whatever follows (`12abc` is 12).
 * @throws KeyferryError body_invalid in Cal.com's words
 */
export function readId(query: Query, name: 'userId' | 'credentialId'): number {
  const text = readText(query, name);
  if (text === null) throw invalid(memberIssues({}, [[name, 'string']]));
  const id = Number.parseInt(text, 10);
  // Also what does not fit a database's integer.
  if (!(Math.abs(id) <= MAX_ID)) throw new KeyferryError('body_invalid', `${name} is not a valid number`);
  return id;
}

/** A text of the query, or null. @throws KeyferryError body_invalid when it is there more than once */
export function readText(query: Query, name: string): string | null {
  const values = query(name) ?? [];
  if (values.length > 1) throw invalid(memberIssues({ [name]: values }, [[name, 'string']]));
  return values[0] ?? null;
}

/** A switch of the query: on for exactly `true`. */
export function readFlag(query: Query, name: string): boolean {
  const values = query(name) ?? [];
  return values.length === 1 && values[0] === 'true';
}

/**
 * Reads a JSON body of text members.
 * @throws KeyferryError body_invalid, body_not_json
 */
export function readMembers<Name extends string>(
  body: string,
  names: readonly Name[],
): Readonly<Record<Name, string>> {
  const parsed = parse(body);
  const issues = memberIssues(
    parsed,
    names.map(name => [name, 'string']),
  );
  if (issues.length > 0) throw invalid(issues);
  return parsed as Record<Name, string>;
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new KeyferryError('body_not_json', 'The body is not JSON');
  }
}

function invalid(issues: readonly PushIssue[]): KeyferryError {
  const texts = issues.map(({ code, path, message }) => `${code} in '${path.join('.')}': ${message}`);
  return new KeyferryError('body_invalid', texts.join('; '));
}
