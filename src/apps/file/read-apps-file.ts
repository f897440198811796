import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import type { AppDefinition, ProviderOverrides } from '../definition.ts';
import { appOfEntry } from './app-of-entry.ts';
import { appsFileSchema } from './schema.ts';

/** What an operator adds to the catalogue. */
export interface AppsFile {
  readonly apps: readonly AppDefinition[];
  readonly providers: ProviderOverrides;
}

/** Something wrong, and where; both count from 1. */
export interface AppsFileFault {
  readonly line: number;
  readonly column: number;
  readonly problem: string;
}

/** The file cannot be used; with every fault at once. */
export class AppsFileError extends Error {
  override readonly name = 'AppsFileError' as const;
  readonly faults: readonly AppsFileFault[];
  constructor(faults: readonly AppsFileFault[]) {
    super(faults.map(({ line, column, problem }) => `line ${line}, column ${column}: ${problem}`).join('\n'));
    this.faults = faults;
  }
}

type Path = readonly PropertyKey[];
type Entries = z.infer<typeof appsFileSchema>;

interface Fault {
  readonly path: Path;
  readonly problem: string;
  /** The name at `path` that is wrong, not what stands behind it. */
  readonly key?: string;
}

/**
 * Reads the text of the file that KEYFERRY_APPS_FILE names: YAML, or JSON, which is YAML too.
 * @param known the catalogue's own apps
 * @throws AppsFileError
 * @see docs/apps-file.schema.json
 */
export function readAppsFile(text: string, known: readonly AppDefinition[]): AppsFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number, problem: string): AppsFileFault => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col), problem };
  };
  if (document.errors.length > 0)
    throw new AppsFileError(document.errors.map(({ pos: [from], message }) => at(from, message)));
  const read = appsFileSchema.safeParse(document.toJS() ?? {});
  const faults = read.success ? faultsOf(read.data, known) : read.error.issues.flatMap(faultsOfIssue);
  if (faults.length > 0 || !read.success) {
    throw new AppsFileError(
      faults.map(({ path, problem, key }) =>
        at(offsetOf(document, path, key), path.length === 0 ? problem : `${path.join('.')}: ${problem}`),
      ),
    );
  }
  return { apps: read.data.apps.map(appOfEntry), providers: overridesOf(read.data) };
}

function faultsOfIssue(issue: z.core.$ZodIssue): readonly Fault[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map(key => ({ path: issue.path, key, problem: `${key} is not known` }));
  return [{ path: issue.path, problem: issue.message }];
}

/** What the schema cannot tell: names that are taken, names that nobody has, both kinds at once. */
function faultsOf({ apps, providers }: Entries, known: readonly AppDefinition[]): readonly Fault[] {
  const faults: Fault[] = [];
  const taken = [...known];
  for (const [index, entry] of apps.entries()) {
    const path = ['apps', index];
    if ((entry.oauth === undefined) === (entry.form === undefined))
      faults.push({ path, problem: 'wants either oauth or form' });
    const app = appOfEntry(entry);
    for (const member of ['slug', 'dirName', 'type'] as const) {
      const other = taken.find(one => one[member] === app[member]);
      if (other)
        faults.push({ path: [...path, member], problem: `${app[member]} is what ${other.slug} has` });
    }
    faults.push(...missingKeys(app, [...path, 'oauth']));
    taken.push(app);
  }
  for (const slug of Object.keys(providers)) {
    if (taken.some(app => app.slug === slug)) continue;
    faults.push({ path: ['providers'], key: slug, problem: `there is no app ${slug}` });
  }
  return faults;
}

function missingKeys({ keys, credential }: AppDefinition, path: Path): readonly Fault[] {
  if (credential.kind !== 'oauth2') return [];
  const names = Object.keys(keys.shape);
  return (
    ['authorizationEndpoint', 'tokenEndpoint', 'refreshEndpoint', 'revocationEndpoint'] as const
  ).flatMap(member =>
    [...(credential.oauth[member] ?? '').matchAll(/\{([^{}]*)\}/g)]
      .filter(([, name = '']) => !names.includes(name))
      .map(([placeholder]) => ({ path: [...path, member], problem: `${placeholder} is none of the keys` })),
  );
}

function overridesOf({ providers }: Entries): ProviderOverrides {
  return Object.fromEntries(
    Object.entries(providers).map(([slug, override]) => [
      slug,
      Object.fromEntries(Object.entries(override).filter(([, address]) => address !== undefined)),
    ]),
  );
}

/** Where a member stands in the text; of one that is missing, where the nearest that holds it does. */
function offsetOf(document: Document, path: Path, key: string | undefined): number {
  for (let length = path.length; length >= 0; length -= 1) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    if (!isNode(node)) continue;
    if (key !== undefined && length === path.length && isMap(node)) {
      const named = node.items.find(({ key: one }) => isScalar(one) && String(one.value) === key);
      if (isNode(named?.key)) return named.key.range?.[0] ?? 0;
    }
    return node.range?.[0] ?? 0;
  }
  return 0;
}
