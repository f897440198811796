import { writeFileSync } from 'node:fs';
import { appsFileJsonSchema } from '../src/apps/file/json-schema.ts';

/** Writes docs/apps-file.schema.json anew: `node test/write-apps-schema.ts`. */
writeFileSync(new URL('../docs/apps-file.schema.json', import.meta.url), appsFileJsonSchema());
