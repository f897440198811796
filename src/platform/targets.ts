import type { KeyObject } from 'node:crypto';
import { open, seal } from '../lib/sealed-box.ts';
import { aesKey } from '../protocol/index.ts';
import type { PlatformConfig } from './config.ts';
import { DEFAULT_TARGET, type PlatformContext } from './context.ts';
import { listTargets, putTarget, type TargetRow } from './store/index.ts';
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
    withRefreshToken: config.withRefreshToken,
  };
  await putTarget(database.db, sealTarget(config, target), effects.now());
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
  const { secret, encryptionKey, apiKey, ...open } = target;
  return {
    ...open,
    sealedSecret: seal(keyring, secret, identity(target.id, 'secret')),
    sealedEncryptionKey: seal(
      keyring,
      encryptionKey.export().toString('latin1'),
      identity(target.id, 'encryption-key'),
    ),
    sealedApiKey: apiKey === null ? null : seal(keyring, apiKey, identity(target.id, 'api-key')),
  };
}

function openTarget({ keyring }: PlatformConfig, row: TargetRow): Target {
  const { id, kind, webappUrl, header, sealedSecret, sealedEncryptionKey, sealedApiKey, withRefreshToken } =
    row;
  return {
    id,
    kind,
    webappUrl,
    header,
    withRefreshToken,
    secret: open(keyring, sealedSecret, identity(id, 'secret')),
    encryptionKey: aesKey(open(keyring, sealedEncryptionKey, identity(id, 'encryption-key'))),
    apiKey: sealedApiKey === null ? null : open(keyring, sealedApiKey, identity(id, 'api-key')),
  };
}

/** A sealed column opens in its own row and column alone. */
function identity(id: string, column: 'secret' | 'encryption-key' | 'api-key'): string {
  return `target:${id}:${column}`;
}
