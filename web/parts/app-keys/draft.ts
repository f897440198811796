import type { AppKey } from '../../../src/lib/http/app-keys.ts';

/** What was typed, by key; a key that was not touched is not in it. Null: to be taken away. */
export type Draft = Readonly<Record<string, unknown>>;

/**
 * What is to be sent: the keys that were touched. An empty secret keeps the one that is set; another empty field
 * takes its key away.
 */
export function changesIn(fields: readonly AppKey[], draft: Draft): Record<string, unknown> {
  return Object.fromEntries(
    fields.flatMap(field => {
      const { name, kind } = field;
      if (!(name in draft)) return [];
      const value = cleaned(field, draft[name]);
      if (kind === 'secret') return value === null && draft[name] !== null ? [] : [[name, value]];
      return same(value, field.value ?? null) ? [] : [[name, value]];
    }),
  );
}

function cleaned({ kind }: AppKey, typed: unknown): unknown {
  if (kind === 'list' && Array.isArray(typed)) {
    const lines = typed.map(line => String(line).trim()).filter(Boolean);
    return lines.length === 0 ? null : lines;
  }
  if (typeof typed !== 'string') return typed;
  // A pasted value often brings a blank or the end of its line along.
  const text = typed.trim();
  if (text === '') return null;
  return kind === 'number' ? Number(text) : text;
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** The lines of a list as they stand in the form; one at least, to type into. */
export function linesOf({ name, value }: AppKey, draft: Draft): string[] {
  const lines = name in draft ? draft[name] : value;
  return Array.isArray(lines) && lines.length > 0 ? lines.map(String) : [''];
}

/** Whether a fault of a list is that of a line; one that names no line is that of all. @param index from 0 */
export function isFaulty(fault: string | null, index: number): boolean {
  const [, line] = /^line (\d+) /.exec(fault ?? '') ?? [];
  return fault !== null && (line === undefined || Number(line) === index + 1);
}
