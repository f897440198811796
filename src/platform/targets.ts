import type { KeyObject } from 'node:crypto';
import { open, seal } from '../lib/sealed-box.ts';
import { aesKey } from '../protocol/index.ts';
import type { PlatformConfig } from './config.ts';
import { DEFAULT_TARGET, type PlatformContext } from './context.ts';
import {
  listTargets,
  type NewTarget,
  putTarget,
  renewNotDeliverable,
  type TargetRow,
} from './store/index.ts';
import type { TargetKind } from './tables.ts';
import { tellUnreadable } from './tell-unreadable.ts';

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
  await putTarget(database.db, sealTarget(config, target, at), at);
  // Either makes deliverable what was not.
  if (target.calendsoKey !== null || target.kind === 'keyferry') {
    await renewNotDeliverable(database.db, target.id, at);
  }
}

/**
 * Every target, open. One whose row is not as we wrote it is told of once, and nothing is sent to it.
 * @throws KeyferryError sealed_unreadable
 */
export async function openTargets(context: Context): Promise<Target[]> {
  const rows = await listTargets(context.database.db);
  return Promise.all(
    rows.map(async row => {
      try {
        return openTarget(context.config, row);
      } catch (error) {
        await tellUnreadable(context, { kind: 'target.refused', what: row.id }, error);
        throw error;
      }
    }),
  );
}

/** One target, open; or null. */
export async function findTarget(context: Context, id: string): Promise<Target | null> {
  return (await openTargets(context)).find(target => target.id === id) ?? null;
}

function sealTarget({ keyring }: PlatformConfig, target: Target, updatedAt: number): NewTarget {
  const { secret, encryptionKey, apiKey, calendsoKey, ...plain } = target;
  const sealed = (text: string, column: SealedColumn) =>
    seal(keyring, text, identity({ ...plain, updatedAt }, column));
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
  const { sealedSecret, sealedEncryptionKey, sealedApiKey, sealedCalendsoKey, updatedAt, ...plain } = row;
  const opened = (text: string, column: SealedColumn) => open(keyring, text, identity(row, column));
  return {
    ...plain,
    secret: opened(sealedSecret, 'secret'),
    encryptionKey: aesKey(opened(sealedEncryptionKey, 'encryption-key')),
    apiKey: sealedApiKey === null ? null : opened(sealedApiKey, 'api-key'),
    calendsoKey: sealedCalendsoKey === null ? null : aesKey(opened(sealedCalendsoKey, 'calendso-key')),
  };
}

type SealedColumn = 'secret' | 'encryption-key' | 'api-key' | 'calendso-key';

/**
 * A sealed column opens in its own row and column alone, and only beside the address, kind and time that it was sealed
 * with: a secret goes nowhere else, and an older one does not come back without all that stood beside it.
 */
function identity(
  {
    id,
    kind,
    webappUrl,
    header,
    withRefreshToken,
    updatedAt,
  }: Omit<TargetRow, 'sealedSecret' | 'sealedEncryptionKey' | 'sealedApiKey' | 'sealedCalendsoKey'>,
  column: SealedColumn,
): string {
  const beside = JSON.stringify([kind, webappUrl, header, withRefreshToken, updatedAt]);
  return `target:${id}:${column}:${beside}`;
}
