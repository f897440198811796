import { readFileSync, writeFileSync } from 'node:fs';
import { compatibilityTable } from '../src/apps/calcom/index.ts';
import { createCatalogue } from '../src/apps/index.ts';

/** Writes the table of docs/compatibility.md anew: `node test/write-compatibility.ts`. */
const page = new URL('../docs/compatibility.md', import.meta.url);
const [before = '', , after = ''] = readFileSync(page, 'utf8').split(/<!-- \/?table -->/);
const table = compatibilityTable(createCatalogue().values());
writeFileSync(page, `${before}<!-- table -->\n\n${table}\n<!-- /table -->${after}`);
