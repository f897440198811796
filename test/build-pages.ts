import { execFileSync } from 'node:child_process';
import { globSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
/** All that the pages are made of. */
const SOURCES = ['web/**/*.{ts,tsx,css,html,svg}', 'src/apps/**/*.ts', 'package-lock.json'];
const BUILT = join(ROOT, 'dist/web');

/** Before the tests: builds the pages if a source is younger than what was built, as `npm ci` does the first time. */
export default function buildPages(): void {
  const built = statSync(join(BUILT, 'index.html'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = globSync(SOURCES, { cwd: ROOT }).map(name => statSync(join(ROOT, name)).mtimeMs);
  if (Math.max(...sources) <= built) return;
  // A process of its own: what the test runner sets would make a build for developers of it.
  const fresh = `${BUILT}.${process.pid}`;
  const vite = join(ROOT, 'node_modules/vite/bin/vite.js');
  const options = ['build', '-c', 'web/vite.config.ts', '--logLevel', 'warn', '--outDir', fresh];
  const { VITEST: _vitest, NODE_ENV: _mode, ...env } = process.env;
  execFileSync(process.execPath, [vite, ...options], { cwd: ROOT, env, stdio: 'inherit' });
  rmSync(BUILT, { recursive: true, force: true });
  renameSync(fresh, BUILT);
}
