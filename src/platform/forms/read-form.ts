import type { FormCredential, FormField } from '../../apps/index.ts';
import type { Entry } from '../vault/index.ts';
import { withHttps } from './place.ts';

/** What is wrong with a field: not filled in, not of its kind, without https, or not what the schema wants. */
export type FaultReason = 'required' | 'url' | 'https' | 'lines' | 'email' | 'invalid';

/** What is wrong with what was entered. */
export interface FormFault {
  /** The name of the field; null: the whole of it. */
  readonly field: string | null;
  readonly reason: FaultReason;
  /** In words for the user, in English. */
  readonly message: string;
}

/** What was entered, by the name of the field; a box is true where it is ticked. */
export type Entered = Readonly<Record<string, string | boolean>>;

export type FormReading =
  | { readonly entry: Entry; readonly faults: null }
  | { readonly entry: null; readonly faults: readonly FormFault[] };

type Shape = Pick<FormCredential, 'fields' | 'schema'>;

/** Reads what was entered into the object that its app's schema wants. Empty fields count as absent. */
export function readForm(shape: Shape, entered: Entered): FormReading {
  const entry: Record<string, unknown> = {};
  for (const field of shape.fields) put(entry, field.name.split('.'), enteredIn(field, entered));
  const missing = shape.fields.filter(field => field.required && isMissing(field, entered));
  if (missing.length > 0) {
    const faults = missing.map(
      ({ name }) => ({ field: name, reason: 'required', message: 'Fill this in.' }) as const,
    );
    return { entry: null, faults };
  }
  const read = shape.schema.safeParse(entry);
  if (read.success) return { entry: read.data, faults: null };
  // A form has only texts. Where the schema wants a number, the text is read as one.
  for (const { path } of read.error.issues) toNumber(entry, path.map(String));
  const again = shape.schema.safeParse(entry);
  if (again.success) return { entry: again.data, faults: null };
  return { entry: null, faults: again.error.issues.map(issue => faultOf(shape.fields, issue)) };
}

function enteredIn({ name, input }: FormField, entered: Entered): unknown {
  const given = entered[name];
  if (input === 'checkbox') return given === true;
  const text = typeof given === 'string' ? given : '';
  // A password's blanks are its own.
  if (input === 'password') return text === '' ? undefined : text;
  if (input === 'lines') {
    const lines = text
      .split(/\r?\n/)
      .map(line => withHttps(line.trim()))
      .filter(line => line !== '');
    return lines.length === 0 ? undefined : lines;
  }
  const value = input === 'url' ? withHttps(text.trim()) : text.trim();
  return value === '' ? undefined : value;
}

function isMissing(field: FormField, entered: Entered): boolean {
  const value = enteredIn(field, entered);
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
  const reason = REASONS.find(one => one === field?.input) ?? 'invalid';
  return { field: field?.name ?? null, reason, message: reason === 'invalid' ? message : WORDS[reason] };
}

const REASONS = ['url', 'lines', 'email'] as const;

const WORDS: Readonly<Record<(typeof REASONS)[number], string>> = {
  url: 'Enter a whole address, such as https://calendar.example.com.',
  lines: 'Enter whole addresses, such as https://calendar.example.com/feed.ics, each on a line.',
  email: 'Enter an e-mail address.',
};
