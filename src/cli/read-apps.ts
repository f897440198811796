import { readFileSync } from 'node:fs';
import { type AppsFile, AppsFileError, KNOWN_APPS, readAppsFile } from '../apps/index.ts';
import { ConfigError, type Env } from '../lib/config.ts';

const NAME = 'KEYFERRY_APPS_FILE';
const SCHEMA = 'What may stand there: docs/apps-file.schema.json.';

/**
 * The operator's own apps and addresses, where a file of them is named.
 * @throws ConfigError naming the lines at fault
 */
export function readApps(env: Env): AppsFile | null {
  const path = env[NAME];
  if (path === undefined || path === '') return null;
  try {
    return readAppsFile(readFileSync(path, 'utf8'), KNOWN_APPS);
  } catch (error) {
    if (error instanceof AppsFileError) {
      throw new ConfigError(
        error.faults.map(({ line, column, problem }) => ({
          variable: NAME,
          problem: `(${path}:${line}:${column}) ${problem}`,
          remedy: SCHEMA,
        })),
      );
    }
    const code = (error as NodeJS.ErrnoException).code ?? 'unreadable';
    throw new ConfigError([
      { variable: NAME, problem: `names a file that cannot be read (${code})`, remedy: 'Correct the path.' },
    ]);
  }
}
