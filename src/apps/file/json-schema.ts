import { z } from 'zod';
import { appsFileSchema } from './schema.ts';

/** The schema of the file for editors: the text of docs/apps-file.schema.json. */
export function appsFileJsonSchema(): string {
  const schema = z.toJSONSchema(appsFileSchema, { io: 'input', target: 'draft-2020-12' });
  return `${JSON.stringify({ title: 'The file that KEYFERRY_APPS_FILE names', ...schema }, null, 2)}\n`;
}
