import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import { describe, inject } from 'vitest';
import { type DatabaseLocation, PARSERS } from '../src/lib/db/index.ts';
import './postgres.ts';

export interface TestDatabase {
  readonly location: DatabaseLocation;
  /** Removes it. Close what was opened on it first. */
  dispose(): Promise<void>;
}

export interface TestEngine {
  readonly name: 'sqlite' | 'pglite' | 'postgres';
  /** False where there is no PostgreSQL. */
  readonly available: boolean;
  /** A fresh, empty database of its own. PGlite takes seconds to start: make one a file. */
  create(): Promise<TestDatabase>;
}

const postgresUrl = inject('postgresUrl');

/** The stores that every store test runs on. */
export const engines: readonly TestEngine[] = [
  { name: 'sqlite', available: true, create: createSqlite },
  { name: 'pglite', available: true, create: createPglite },
  { name: 'postgres', available: postgresUrl !== null, create: createPostgres },
];

/** A `describe` for every engine; skipped where it is not available. */
export function describeEngines(title: string, body: (engine: TestEngine) => void): void {
  for (const engine of engines) {
    describe.skipIf(!engine.available)(`${title} on ${engine.name}`, () => body(engine));
  }
}

async function createSqlite(): Promise<TestDatabase> {
  const folder = mkdtempSync(join(tmpdir(), 'keyferry-sqlite-'));
  return {
    location: { file: join(folder, 'test.db') },
    dispose: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

async function createPglite(): Promise<TestDatabase> {
  const pglite = await PGlite.create({ parsers: { ...PARSERS } });
  return {
    location: { pglite },
    async dispose() {
      if (!pglite.closed) await pglite.close();
    },
  };
}

async function createPostgres(): Promise<TestDatabase> {
  if (postgresUrl === null) throw new Error('There is no PostgreSQL: look at `available` first.');
  const name = `keyferry_test_${randomBytes(8).toString('hex')}`;
  await administer(postgresUrl, `create database ${name}`);
  const url = new URL(postgresUrl);
  url.pathname = `/${name}`;
  return {
    location: { url: url.href },
    dispose: () => administer(postgresUrl, `drop database if exists ${name} with (force)`),
  };
}

async function administer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
