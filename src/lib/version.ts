import { readFileSync } from 'node:fs';

/** The version of the package, from its package.json: two folders up, in the sources and in dist alike. */
export const VERSION: string = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
).version;
