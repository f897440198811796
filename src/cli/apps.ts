import { type AppDefinition, createCatalogue } from '../apps/index.ts';
import type { AppState } from '../instance/index.ts';
import { CONFIG_OPTIONS, type Command, textOf } from './command.ts';
import { readEnvironment } from './environment.ts';
import { readApps } from './read-apps.ts';

/** Lists the catalogue, the operator's own apps with it. */
export const apps: Command = {
  name: 'apps',
  summary: 'list every app: its kind of credential, its categories, its state on the instance',
  options: {
    ...CONFIG_OPTIONS,
    json: { type: 'boolean', help: 'Print JSON for programs' },
  },
  notes: [
    'Apps of KEYFERRY_APPS_FILE are among them. The state is - where there is no database of an instance.',
  ],
  async run(values, terminal) {
    const data = textOf(values, 'data') ?? 'data';
    const env = readEnvironment({ file: textOf(values, 'env'), data });
    const file = readApps(env);
    const { readAppStates } = await import('./read-app-states.ts');
    const states = await readAppStates(env, data);
    const apps = [...createCatalogue(file?.providers, file?.apps).values()];
    const rows = apps.map(app => rowOf(app, states?.get(app.slug) ?? null)).sort(bySlug);
    for (const line of values.json ? [JSON.stringify(summaryOf(rows), null, 2)] : table(rows))
      terminal.out(line);
    return 0;
  },
};

interface Row {
  readonly slug: string;
  readonly dirName: string;
  readonly type: string;
  readonly name: string;
  readonly kind: string;
  readonly categories: readonly string[];
  /** How a user connects it; `none`: nothing of a user is needed. */
  readonly connect: 'oauth' | 'form' | 'none';
  /** What an operator enters. */
  readonly keys: readonly string[];
  /** Null where nobody can say. */
  readonly state: 'enabled' | 'disabled' | 'keys missing' | null;
}

function rowOf(app: AppDefinition, state: AppState | null): Row {
  const { slug, dirName, type, name, credential, categories, keys } = app;
  const form = 'fields' in credential ? 'form' : 'none';
  const connect = credential.kind === 'oauth2' ? 'oauth' : form;
  const names = Object.keys(keys.shape);
  const row = { slug, dirName, type, name, kind: credential.kind, categories, connect, keys: names } as const;
  return { ...row, state: state && stateOf(state, names) };
}

function stateOf({ enabled, keysSet }: AppState, keys: readonly string[]): NonNullable<Row['state']> {
  if (!enabled) return 'disabled';
  return keys.length > 0 && !keysSet ? 'keys missing' : 'enabled';
}

function bySlug(one: Row, other: Row): number {
  return one.slug < other.slug ? -1 : 1;
}

function summaryOf(rows: readonly Row[]) {
  return { count: rows.length, kinds: kindsOf(rows), categories: categoriesOf(rows), apps: rows };
}

function table(rows: readonly Row[]): readonly string[] {
  const columns = (row: Row): readonly string[] => [
    row.slug,
    row.kind,
    row.categories.join(', '),
    row.state ?? '-',
    row.name,
  ];
  const lines = [['APP', 'CREDENTIAL', 'CATEGORY', 'STATE', 'NAME'], ...rows.map(columns)];
  const widths = [0, 1, 2, 3].map(column => Math.max(...lines.map(line => line[column]?.length ?? 0)));
  const text = lines.map(line =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return [
    ...text,
    '',
    `${rows.length} apps`,
    `By credential: ${counted(kindsOf(rows))}`,
    `By category: ${counted(categoriesOf(rows))}`,
  ];
}

function kindsOf(rows: readonly Row[]): Record<string, number> {
  return countOf(rows.map(({ kind }) => kind));
}

function categoriesOf(rows: readonly Row[]): Record<string, number> {
  return countOf(rows.flatMap(({ categories }) => categories));
}

/** How often each occurs, the most frequent first. */
function countOf(values: readonly string[]): Record<string, number> {
  const groups = Object.entries(Object.groupBy(values, value => value));
  const counts = groups.map(([value, { length } = []]) => [value, length] as const);
  return Object.fromEntries(counts.sort(([, one], [, other]) => other - one));
}

function counted(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([value, count]) => `${value} ${count}`)
    .join(', ');
}
