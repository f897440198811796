import type { z } from 'zod';
import type { AppDefinition } from '../definition.ts';

/** Keys as their schema makes them, or what is wrong with each, by name; never with a value in it. */
export type JudgedKeys =
  | { readonly keys: Readonly<Record<string, unknown>> }
  | { readonly faults: Readonly<Record<string, string>> };

/** Judges the keys of an app as a whole. A name that the app does not have is a fault, and not dropped. */
export function judgeKeys(
  { keys: schema }: Pick<AppDefinition, 'keys'>,
  keys: Readonly<Record<string, unknown>>,
): JudgedKeys {
  const read = schema.safeParse(keys);
  const unknown = Object.keys(keys).filter(name => !Object.hasOwn(schema.shape, name));
  if (read.success && unknown.length === 0) return { keys: read.data };
  const faults: Record<string, string> = {};
  for (const name of unknown) faults[name] = 'is no key of this app';
  for (const issue of read.error?.issues ?? []) faults[String(issue.path[0])] ??= faultOf(issue);
  return { faults };
}

/** What is wrong, for the person who entered it. */
function faultOf(issue: z.core.$ZodIssue): string {
  const [, line] = issue.path;
  const words = wordsOf(issue);
  return typeof line === 'number' ? `line ${line + 1} ${words}` : words;
}

function wordsOf(issue: z.core.$ZodIssue): string {
  const missing = issue.input === undefined && /received undefined$/.test(issue.message);
  switch (issue.code) {
    case 'invalid_type':
      return missing ? 'is missing' : `must be a ${issue.expected}`;
    case 'too_small':
      if (issue.minimum === 1) return 'is missing';
      return `must have at least ${issue.minimum} characters`;
    case 'invalid_format':
      if (issue.format === 'url') return 'is not an address such as https://example.com';
      if (issue.format === 'starts_with' && 'prefix' in issue) return `must begin with ${issue.prefix}`;
      return 'is not written as the provider writes it';
    case 'invalid_value':
      return `must be one of: ${issue.values.map(String).join(', ')}`;
    case 'custom':
      // Its schema says it in words of ours.
      return issue.message;
    default:
      return 'cannot be used';
  }
}
