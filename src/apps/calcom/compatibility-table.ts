import type { AppDefinition, FormCredential, OAuthCredential } from '../definition.ts';
import { membersOfImport } from './members-of-import.ts';
import { isRefreshedAhead } from './refreshed-ahead.ts';

type Holding = AppDefinition & { readonly credential: OAuthCredential | FormCredential };

/** Whether an app has a credential of its users. */
export function holdsCredential(app: AppDefinition): app is Holding {
  return 'schema' in app.credential;
}

const HEAD = [
  'App',
  'Slug',
  'To Keyferry',
  'To Cal.com v6',
  'Refreshed by Cal.com v6',
  'Kept fresh there by',
  'Why, and what helps',
];

const REFRESHED: Readonly<Record<Holding['credential']['calcom']['refreshed'], string>> = {
  works: 'yes',
  broken: 'no: broken',
  not_asked: 'no: never asks',
  never_expires: 'not needed',
};

/**
 * The table of docs/compatibility.md with its totals: every app that holds a user's credential, and how far it
 * gets at each kind of target. Nothing in it is written by hand but the remarks of the records.
 * @returns Markdown
 */
export function compatibilityTable(apps: Iterable<AppDefinition>): string {
  const holding = [...apps].filter(holdsCredential).sort((a, b) => (a.slug < b.slug ? -1 : 1));
  const lines = [HEAD, HEAD.map(() => '---'), ...holding.map(cells)];
  return [...lines.map(line => `| ${line.join(' | ')} |`), '', ...totals(holding), ''].join('\n');
}

function cells(app: Holding): string[] {
  const { name, slug, credential } = app;
  const { refreshed, remark } = credential.calcom;
  return [name, `\`${slug}\``, 'yes', delivered(app), REFRESHED[refreshed], keptFresh(app), remark].map(
    cell => cell.replaceAll('|', '\\|'),
  );
}

/** Whether Cal.com keeps it in its own encryption, which the platform can make with that key alone. */
function isNested({ credential }: Holding): boolean {
  return credential.kind !== 'oauth2' && credential.nesting !== 'plain';
}

function delivered(app: Holding): string {
  if (isNested(app)) return 'with `CALENDSO_ENCRYPTION_KEY`';
  const missing = membersOfImport(app);
  return missing.length === 0 ? 'yes' : `imported with ${missing.map(name => `\`${name}\``).join(', ')}`;
}

function keptFresh(app: Holding): string {
  if (app.credential.calcom.refreshed === 'works') return 'its asking';
  return isRefreshedAhead(app) ? 'a push ahead' : '';
}

function totals(holding: readonly Holding[]): string[] {
  const count = (of: (app: Holding) => boolean): number => holding.filter(of).length;
  const refreshed = (state: Holding['credential']['calcom']['refreshed']): number =>
    count(({ credential }) => credential.calcom.refreshed === state);
  const nested = count(isNested);
  const imported = count(app => membersOfImport(app).length > 0);
  return [
    `Apps that hold a user's credential: ${holding.length}, of them by OAuth ${count(({ credential }) => credential.kind === 'oauth2')}.`,
    `Delivered to Keyferry: ${holding.length}.`,
    `Delivered to Cal.com v6: ${holding.length}, of them ${nested} where its \`CALENDSO_ENCRYPTION_KEY\` is known, ${imported} when imported with what its code needs.`,
    `Refreshed by Cal.com v6: ${refreshed('works')}; broken there: ${refreshed('broken')}; never asked: ${refreshed('not_asked')}; without an end: ${refreshed('never_expires')}.`,
    `Kept fresh by a push ahead: ${count(isRefreshedAhead)}.`,
  ].map(line => `- ${line}`);
}
