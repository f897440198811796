import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { posix } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = new URL('../', import.meta.url);

/** What each folder of src/ may import of the others. Instance and platform meet on the wire alone. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  protocol: [],
  apps: ['protocol'],
  lib: ['protocol'],
  instance: ['protocol', 'apps', 'lib'],
  platform: ['protocol', 'apps', 'lib'],
  cli: ['protocol', 'apps', 'lib', 'instance', 'platform'],
};

const { dependencies } = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8')) as {
  dependencies: Record<string, string>;
};

const FROM = [
  /^\s*import\s+(?:[\w$*{},\s]+?\sfrom\s*)?['"]([^'"\n]+)['"]/gm,
  /^\s*export\s+(?:type\s+)?(?:\*(?:\s+as\s+[\w$]+)?|\{[^}]*\})\s*from\s*['"]([^'"\n]+)['"]/gm,
  /\bimport\(\s*['"]([^'"\n]+)['"]/g,
];

/** What of Node has no effect. */
const PURE = new Set(['node:buffer', 'node:crypto']);

/** What a text imports or re-exports, types included. */
function importsOf(text: string): string[] {
  return FROM.flatMap(form => [...text.matchAll(form)].map(([, specifier = '']) => specifier));
}

/** Tests and what only tests use: neither is built. */
function isOfTests(path: string): boolean {
  return path.endsWith('.test.ts') || path.includes('/testing/');
}

function layerOf(path: string): string {
  return /^src\/([^/]+)\//.exec(path)?.[1] ?? path;
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');
}

/** What a file does that its place forbids. */
function faultsOf(path: string, text: string): string[] {
  const layer = layerOf(path);
  const isTest = isOfTests(path);
  const code = withoutComments(text);
  const faults: string[] = [];
  if (!(layer in MAY_IMPORT)) faults.push(`${path} is in no known folder`);
  for (const specifier of importsOf(code)) {
    const fault = specifier.startsWith('.')
      ? relativeFault(layer, posix.join(posix.dirname(path), specifier), isTest)
      : packageFault(path, specifier, isTest);
    if (fault !== null) faults.push(`${path} imports ${specifier}: ${fault}`);
  }
  if (isTest) return faults;
  if (layer !== 'cli' && /\bprocess\s*\.\s*env\b/.test(code)) faults.push(`${path} reads process.env`);
  if (/^(protocol|apps)$/.test(layer)) {
    const effect =
      /\bDate\.now\b|\bnew Date\(\s*\)|\bperformance\.|\bMath\.random\b|\bset(?:Timeout|Interval|Immediate)\b|\bfetch\(|\bprocess\./;
    const [used] = effect.exec(code) ?? [];
    if (used !== undefined) faults.push(`${path} has an effect: ${used}`);
  }
  return faults;
}

function relativeFault(layer: string, target: string, isTest: boolean): string | null {
  if (target.startsWith('test/') || !target.startsWith('src/'))
    return isTest ? null : 'it is outside of src/';
  if (isOfTests(target) && !isTest) return 'it is not built';
  const other = layerOf(target);
  const allowed = other === layer || (MAY_IMPORT[layer] ?? []).includes(other);
  return allowed ? null : `${layer} may not import ${other}`;
}

function packageFault(path: string, specifier: string, isTest: boolean): string | null {
  if (isTest) return null;
  if (isBuiltin(specifier)) {
    if (!specifier.startsWith('node:')) return 'it is named without node:';
    if (layerOf(path) === 'apps') return 'apps is pure';
    return layerOf(path) === 'protocol' && !PURE.has(specifier) ? 'protocol is pure' : null;
  }
  const [scope = '', name = ''] = specifier.split('/');
  const packageName = specifier.startsWith('@') ? `${scope}/${name}` : scope;
  if (!(packageName in dependencies)) return 'it is no dependency';
  return packageName === 'undici' && path !== 'src/lib/outbound.ts'
    ? 'src/lib/outbound.ts is the one way out'
    : null;
}

describe('the sources', () => {
  const paths = readdirSync(new URL('src/', ROOT), { recursive: true, encoding: 'utf8' })
    .filter(path => path.endsWith('.ts'))
    .map(path => `src/${path.replaceAll('\\', '/')}`);

  test('import one way only, read the environment in src/cli alone, and are pure where they say so', () => {
    expect(paths.length).toBeGreaterThan(50);
    expect(paths.flatMap(path => faultsOf(path, readFileSync(new URL(path, ROOT), 'utf8')))).toEqual([]);
  });
});

describe('this test', () => {
  test.each([
    ['src/protocol/a.ts', "import { b } from '../lib/b.ts';"],
    ['src/protocol/a.ts', "import { readFileSync } from 'node:fs';"],
    ['src/protocol/a.ts', 'export const at = () => Date.now();'],
    ['src/protocol/a.ts', 'export const at = () => new Date();'],
    ['src/apps/a.ts', "import { randomBytes } from 'node:crypto';"],
    ['src/apps/a.ts', "export * from '../lib/index.ts';"],
    ['src/lib/a.ts', "import type { App } from '../apps/index.ts';"],
    ['src/lib/a.ts', 'const { HOME } = process.env;'],
    ['src/lib/a.ts', "const { b } = await import('../instance/b.ts');"],
    ['src/lib/db/a.ts', "import {\n  one,\n  other,\n} from '../../cli/main.ts';"],
    ['src/instance/work/a.ts', "import '../../platform/index.ts';"],
    ['src/instance/a.test.ts', "import { createPlatform } from '../platform/index.ts';"],
    ['src/instance/a.ts', "import { engines } from '../../test/engines.ts';"],
    ['src/instance/a.ts', "import { fetch } from 'undici';"],
    ['src/cli/a.ts', "import { runCli } from './testing/b.ts';"],
    ['src/platform/a.ts', "export { createInstance } from '../instance/index.ts';"],
    ['src/platform/a.ts', "import { test } from 'vitest';"],
    ['src/platform/a.ts', "import { join } from 'path';"],
    ['src/other/a.ts', ''],
  ])('finds the fault of %s: %s', (path, text) => {
    expect(faultsOf(path, text)).toHaveLength(1);
  });

  test.each([
    ['src/protocol/a.ts', "import { createHash } from 'node:crypto';\nimport { z } from 'zod';"],
    ['src/protocol/a.ts', '// Date.now() is not called here.\n/* nor process.env */'],
    ['src/protocol/a.ts', 'export const day = (at: number) => new Date(at);'],
    ['src/instance/a.ts', "import { a } from './b.ts';\nimport type { c } from '../lib/c.ts';"],
    ['src/instance/a.ts', "export function exported() {\n  return ['../platform/index.ts'];\n}"],
    ['src/lib/outbound.ts', "import { Agent } from 'undici';"],
    ['src/lib/a.test.ts', "import { engines } from '../../test/engines.ts';\nimport { test } from 'vitest';"],
    ['src/cli/testing/a.ts', "import { onTestFinished } from 'vitest';"],
    ['src/cli/a.ts', "import { b } from '../platform/index.ts';\nconst all = process.env;"],
  ])('finds none in %s: %s', (path, text) => {
    expect(faultsOf(path, text)).toEqual([]);
  });
});
