import type { FormCredential, FormField } from '../../apps/index.ts';
import type { Entry } from '../vault/index.ts';

/** What is wrong with what was entered, in words for the user. */
export interface FormFault {
  /** The name of the field; null: the whole of it. */
  readonly field: string | null;
  readonly message: string;
}

export type FormReading =
  | { readonly entry: Entry; readonly faults: null }
  | { readonly entry: null; readonly faults: readonly FormFault[] };

type Shape = Pick<FormCredential, 'fields' | 'schema'>;

/** Reads a posted form into the object that its app's schema wants. Empty fields count as absent. */
export function readForm(shape: Shape, posted: URLSearchParams): FormReading {
  const entry: Record<string, unknown> = {};
  for (const field of shape.fields) put(entry, field.name.split('.'), enteredIn(field, posted));
  const missing = shape.fields.filter(field => field.required && isMissing(field, posted));
  if (missing.length > 0) {
    return { entry: null, faults: missing.map(({ name }) => ({ field: name, message: 'Fill this in.' })) };
  }
  const read = shape.schema.safeParse(entry);
  if (read.success) return { entry: read.data, faults: null };
  // A form has only texts. Where the schema wants a number, the text is read as one.
  for (const { path } of read.error.issues) toNumber(entry, path.map(String));
  const again = shape.schema.safeParse(entry);
  if (again.success) return { entry: again.data, faults: null };
  return { entry: null, faults: again.error.issues.map(issue => faultOf(shape.fields, issue)) };
}

function enteredIn({ name, input }: FormField, posted: URLSearchParams): unknown {
  if (input === 'checkbox') return posted.has(name);
  const text = posted.get(name) ?? '';
  // A password's blanks are its own.
  if (input === 'password') return text === '' ? undefined : text;
  if (input === 'lines') {
    const lines = text
      .split(/\r?\n/)
      .map(line => asHttps(line.trim()))
      .filter(line => line !== '');
    return lines.length === 0 ? undefined : lines;
  }
  const value = input === 'url' ? asHttps(text.trim()) : text.trim();
  return value === '' ? undefined : value;
}

/** Calendar programs copy the address of a feed as webcal: https by another name. */
function asHttps(text: string): string {
  return text.replace(/^webcals?:\/\//i, 'https://');
}

function isMissing(field: FormField, posted: URLSearchParams): boolean {
  const value = enteredIn(field, posted);
  return value === undefined || value === false;
}

/** Sets a member of a member; nothing where there is no value, so that an object without members stays absent. */
function put(into: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [name, ...rest] = path;
  if (name === undefined || value === undefined) return;
  if (rest.length === 0) {
    into[name] = value;
    return;
  }
  const inner = (into[name] ?? {}) as Record<string, unknown>;
  into[name] = inner;
  put(inner, rest, value);
}

function toNumber(entry: Record<string, unknown>, path: readonly string[]): void {
  const [name, ...rest] = path;
  const value = name === undefined ? undefined : entry[name];
  if (name === undefined) return;
  if (rest.length > 0 && typeof value === 'object' && value !== null) {
    toNumber(value as Record<string, unknown>, rest);
  } else if (typeof value === 'string' && /^-?\d{1,15}$/.test(value)) {
    entry[name] = Number(value);
  }
}

function faultOf(
  fields: readonly FormField[],
  { path, message }: { readonly path: readonly PropertyKey[]; readonly message: string },
): FormFault {
  const at = path.join('.');
  const field =
    fields.find(({ name }) => at === name || at.startsWith(`${name}.`)) ??
    fields.find(({ name }) => name.startsWith(`${at}.`));
  return { field: field?.name ?? null, message: (field && WORDS[field.input]) ?? message };
}

const WORDS: Partial<Record<FormField['input'], string>> = {
  url: 'Enter a whole address, such as https://calendar.example.com.',
  lines: 'Enter whole addresses, such as https://calendar.example.com/feed.ics, each on a line.',
  email: 'Enter an e-mail address.',
};
