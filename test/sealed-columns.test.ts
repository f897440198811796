import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { INSTANCE_MIGRATIONS } from '../src/instance/index.ts';
import { SEALED_COLUMNS as OF_INSTANCE } from '../src/instance/sealed-columns.ts';
import type { Migrations } from '../src/lib/db/index.ts';
import { PLATFORM_MIGRATIONS } from '../src/platform/index.ts';
import { SEALED_COLUMNS as OF_PLATFORM } from '../src/platform/sealed-columns.ts';

/** `table.column` of every column that the migrations name as sealed. */
function sealedIn(migrations: readonly Migrations[]): string[] {
  const found = new Set<string>();
  for (const { folder } of migrations) {
    for (const file of readdirSync(folder).filter(name => name.endsWith('.sql'))) {
      let table = '';
      for (const line of readFileSync(new URL(file, folder), 'utf8').split('\n')) {
        table = /(?:create|alter) table "(\w+)"/.exec(line)?.[1] ?? table;
        const column = /^(?:\s+|alter table .* add column )"(sealed\w+)"/.exec(line)?.[1];
        if (column !== undefined) found.add(`${table}.${column}`);
      }
    }
  }
  return [...found].toSorted();
}

test.each([
  ['instance', INSTANCE_MIGRATIONS, OF_INSTANCE],
  ['platform', PLATFORM_MIGRATIONS, OF_PLATFORM],
] as const)(
  'every sealed column of the %s counts when a key rotation is looked at',
  (_, migrations, listed) => {
    const columns = sealedIn(migrations);
    expect(columns.length).toBeGreaterThan(1);
    expect(listed.map(({ table, column }) => `${table}.${column}`).toSorted()).toEqual(columns);
  },
);
