import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { STATUS } from '../protocol/index.ts';

const root = new URL('../../', import.meta.url);
const operations = readFileSync(new URL('docs/operations.md', root), 'utf8');

test('docs/operations.md has a heading for every error code, with its status, and no other', () => {
  const section = operations.slice(operations.indexOf('## Error codes'));
  const told = [...section.matchAll(/^### (\w+)\n\n(\d{3})\. /gm)].map(([, code, status]) => [
    code,
    Number(status),
  ]);
  expect(Object.fromEntries(told)).toEqual(STATUS);
});

test('docs/operations.md has a row for every variable that the sources read', () => {
  const read = new Set<string>();
  for (const path of readdirSync(new URL('src/', root), { recursive: true, encoding: 'utf8' })) {
    if (!path.endsWith('.ts') || path.endsWith('.test.ts')) continue;
    const text = readFileSync(new URL(`src/${path}`, root), 'utf8');
    for (const [, name = ''] of text.matchAll(/['"]((?:CALCOM|KEYFERRY)_[A-Z_]+|DATABASE_URL)['"]/g))
      read.add(name);
  }
  expect(read.size).toBeGreaterThan(10);
  const table = operations.slice(
    operations.indexOf('## Variables'),
    operations.indexOf('## Secrets of the wire'),
  );
  for (const name of read) expect(table).toContain(`\`${name}\``);
});

test('the links between the documents lead somewhere', () => {
  for (const page of ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md', 'docs/operations.md']) {
    const base = new URL(page, root);
    for (const [, target = ''] of readFileSync(base, 'utf8').matchAll(/\]\(([^)]+)\)/g)) {
      if (/^(https?:|#)/.test(target)) continue;
      const url = new URL(target, base);
      url.hash = '';
      expect(() => readdirOrRead(url), `${page}: ${target}`).not.toThrow();
    }
  }
});

function readdirOrRead(url: URL): void {
  try {
    readFileSync(url);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EISDIR') throw error;
  }
}

test('the lock file lets "npm ci" do its work on every machine', () => {
  const lock = JSON.parse(readFileSync(new URL('package-lock.json', root), 'utf8')) as {
    packages: Partial<Record<string, { gypfile?: boolean; optionalDependencies?: Record<string, string> }>>;
  };
  const paths = Object.keys(lock.packages);
  for (const [path, entry] of Object.entries(lock.packages)) {
    for (const name of Object.keys(entry?.optionalDependencies ?? {})) {
      expect(
        paths.some(known => known.endsWith(`node_modules/${name}`)),
        `${path} wants ${name}`,
      ).toBe(true);
    }
  }
  // It has its binaries with it. Without this mark npm before 11 calls node-gyp, which fails where there is no
  // Python; "npm install" drops the mark.
  expect(lock.packages['node_modules/better-sqlite3']?.gypfile).toBe(false);
});
