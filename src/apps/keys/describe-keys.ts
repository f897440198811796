import { z } from 'zod';
import type { AppDefinition } from '../definition.ts';

/** One of the keys that an operator enters for an app, as a form shows it. */
export interface KeyField {
  readonly name: string;
  /** A `secret` is entered and replaced, and never shown again. */
  readonly kind: 'text' | 'secret' | 'url' | 'list' | 'number' | 'boolean' | 'date';
  readonly required: boolean;
  /** The only values, where there are not many. */
  readonly options?: readonly string[];
  /** What holds where nothing is entered. */
  readonly initial?: unknown;
}

/** What is to be entered for an app, out of the schema of its keys and in its order. */
export function describeKeys({
  keys,
  publicKeys,
}: Pick<AppDefinition, 'keys' | 'publicKeys'>): readonly KeyField[] {
  return Object.entries(keys.shape).map(([name, schema]) => {
    const json: JsonSchema = z.toJSONSchema(schema as z.ZodType, { unrepresentable: 'any' });
    return {
      name,
      kind: publicKeys.includes(name) ? kindOf(json) : 'secret',
      required: !(schema as z.ZodType).safeParse(undefined).success,
      ...(json.enum ? { options: json.enum.map(String) } : {}),
      ...(json.default === undefined ? {} : { initial: json.default }),
    };
  });
}

type JsonSchema = z.core.JSONSchema.BaseSchema;

function kindOf({ type, format }: JsonSchema): KeyField['kind'] {
  if (type === 'array') return 'list';
  if (type === 'boolean') return 'boolean';
  if (type === 'number' || type === 'integer') return 'number';
  if (format === 'date') return 'date';
  return format === 'uri' ? 'url' : 'text';
}
