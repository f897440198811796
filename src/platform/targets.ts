import type { KeyObject } from 'node:crypto';
import { open, seal } from '../lib/sealed-box.ts';
import { aesKey } from '../protocol/index.ts';
import type { PlatformConfig } from './config.ts';
import { DEFAULT_TARGET, type PlatformContext } from './context.ts';
import { listTargets, putTarget, renewNotDeliverable, type TargetRow } from './store/index.ts';
import type { TargetKind } from './tables.ts';

/** An instance that credentials are delivered to, with its secrets open. */
export interface Target {
  readonly id: string;
  readonly kind: TargetKind;
  /** Without a trailing slash. */
  readonly webappUrl: string;
  /** The configured header name, or null: the defaults. */
  readonly header: string | null;
  readonly secret: string;
  readonly encryptionKey: KeyObject;
  /** For the API beyond Cal.com's, or null. */
  readonly apiKey: string | null;
  /** The instance's own key, in which a Cal.com keeps what users enter; null where it is not known. */
  readonly calendsoKey: KeyObject | null;
  readonly withRefreshToken: boolean;
}

type Context = Pick<PlatformContext, 'config' | 'database' | 'effects'>;

/** Makes the default target what the configuration says; nothing where sharing is off. */
export async function putDefaultTarget({ config, database, effects }: Context): Promise<void> {
  const { secret, encryptionKey, webappUrl, header } = config.sync;
  if (secret === null || encryptionKey === null || webappUrl === null) return;
  const target: Target = {
    id: DEFAULT_TARGET,
    kind: config.targetKind,
    webappUrl,
    header,
    secret,
    encryptionKey,
    apiKey: config.apiKey,
    calendsoKey: config.calendsoKey,
    withRefreshToken: config.withRefreshToken,
  };
  const at = effects.now();
  await putTarget(database.db, sealTarget(config, target), at);
  // Either makes deliverable what was not.
  if (target.calendsoKey !== null || target.kind === 'keyferry') {
    await renewNotDeliverable(database.db, target.id, at);
  }
}

/** Every target, open. */
export async function openTargets({ config, database }: Omit<Context, 'effects'>): Promise<Target[]> {
  const rows = await listTargets(database.db);
  return rows.map(row => openTarget(config, row));
}

/** One target, open; or null. */
export async function findTarget(context: Omit<Context, 'effects'>, id: string): Promise<Target | null> {
  return (await openTargets(context)).find(target => target.id === id) ?? null;
}

function sealTarget({ keyring }: PlatformConfig, target: Target): TargetRow {
  const { secret, encryptionKey, apiKey, calendsoKey, ...plain } = target;
  const sealed = (text: string, column: SealedColumn) => seal(keyring, text, identity(target.id, column));
  return {
    ...plain,
    sealedSecret: sealed(secret, 'secret'),
    sealedEncryptionKey: sealed(textOf(encryptionKey), 'encryption-key'),
    sealedApiKey: apiKey === null ? null : sealed(apiKey, 'api-key'),
    sealedCalendsoKey: calendsoKey === null ? null : sealed(textOf(calendsoKey), 'calendso-key'),
  };
}

function textOf(key: KeyObject): string {
  return key.export().toString('latin1');
}

function openTarget({ keyring }: PlatformConfig, row: TargetRow): Target {
  const { sealedSecret, sealedEncryptionKey, sealedApiKey, sealedCalendsoKey, ...plain } = row;
  const opened = (text: string, column: SealedColumn) => open(keyring, text, identity(row.id, column));
  return {
    ...plain,
    secret: opened(sealedSecret, 'secret'),
    encryptionKey: aesKey(opened(sealedEncryptionKey, 'encryption-key')),
    apiKey: sealedApiKey === null ? null : opened(sealedApiKey, 'api-key'),
    calendsoKey: sealedCalendsoKey === null ? null : aesKey(opened(sealedCalendsoKey, 'calendso-key')),
  };
}

type SealedColumn = 'secret' | 'encryption-key' | 'api-key' | 'calendso-key';

/** A sealed column opens in its own row and column alone. */
function identity(id: string, column: SealedColumn): string {
  return `target:${id}:${column}`;
}
