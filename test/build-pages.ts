import { globSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';

const ROOT = join(import.meta.dirname, '..');
/** All that the pages are made of. */
const SOURCES = ['web/**/*.{ts,tsx,css,html,svg}', 'src/apps/**/*.ts', 'package-lock.json'];

/** Before the tests: builds the pages if a source is younger than what was built, as `npm ci` does the first time. */
export default async function buildPages(): Promise<void> {
  const built = statSync(join(ROOT, 'dist/web/index.html'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = globSync(SOURCES, { cwd: ROOT }).map(name => statSync(join(ROOT, name)).mtimeMs);
  if (Math.max(...sources) <= built) return;
  await build({ configFile: join(ROOT, 'web/vite.config.ts'), logLevel: 'warn' });
}
