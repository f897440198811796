import type { VariableReader } from '../../lib/config.ts';
import { open, seal } from '../../lib/sealed-box.ts';
import type { PlatformContext } from '../context.ts';
import { findHostWebhookRow, putHostWebhookRow } from '../store/index.ts';
import { tellUnreadable } from '../tell-unreadable.ts';

/** Where the host hears of events. */
export interface HostWebhook {
  readonly url: string;
  /** `whsec_` and base64. With two, each word is signed with both, so that the host can change over. */
  readonly secrets: readonly string[];
}

const [URL_NAME, SECRET_NAME] = ['KEYFERRY_HOST_WEBHOOK_URL', 'KEYFERRY_HOST_WEBHOOK_SECRET'] as const;
/** Of a secret, in bytes. */
const [LEAST, MOST] = [24, 64];

/** Reads both variables or none, and reports what is wrong with them. */
export function readHostWebhook(variables: VariableReader): HostWebhook | null {
  const url = variables.url(URL_NAME);
  const remedy = `Give whsec_ and ${LEAST} to ${MOST} bytes in base64; two of them, with a space between, during a change.`;
  const secrets = variables.parsed(SECRET_NAME, remedy, readSecrets);
  const given = [URL_NAME, SECRET_NAME].filter(name => variables.text(name) !== null);
  if (given.length === 1) {
    const missing = given[0] === URL_NAME ? SECRET_NAME : URL_NAME;
    variables.report(missing, 'is not set', `Set it beside ${given[0]}, or neither.`);
  }
  return url === null || secrets === null ? null : { url, secrets };
}

/** @throws Error what is wrong, never the value */
function readSecrets(text: string): readonly string[] {
  const secrets = text.split(/[\s,]+/).filter(secret => secret !== '');
  if (secrets.length === 0 || secrets.length > 2) throw new Error('holds neither one secret nor two');
  for (const secret of secrets) {
    const [, base64] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret) ?? [];
    if (base64 === undefined) throw new Error('is not whsec_ and base64');
    const { length } = Buffer.from(base64, 'base64');
    if (length < LEAST || length > MOST) throw new Error(`holds a secret of ${length} bytes`);
  }
  return secrets;
}

type Context = Pick<PlatformContext, 'config' | 'database' | 'effects'>;

/**
 * Makes the host's webhook what the configuration says, for every process of the database. Of its address the origin
 * alone stands open there: what follows may be a secret.
 */
export async function putHostWebhook({ config, database, effects }: Context): Promise<void> {
  const { hostWebhook = null, keyring } = config;
  const at = effects.now();
  const url = hostWebhook === null ? '' : new URL(hostWebhook.url).origin;
  const row = hostWebhook && {
    url,
    sealedSecrets: seal(keyring, JSON.stringify(hostWebhook), identity({ url, updatedAt: at })),
  };
  await putHostWebhookRow(database.db, row, at);
}

/**
 * The host's webhook, open; null where there is none. A row that is not as we wrote it is told of once.
 * @throws KeyferryError sealed_unreadable
 */
export async function findHostWebhook(context: Context): Promise<HostWebhook | null> {
  const row = await findHostWebhookRow(context.database.db);
  try {
    return row && JSON.parse(open(context.config.keyring, row.sealedSecrets, identity(row)));
  } catch (error) {
    await tellUnreadable(context, { kind: 'host_webhook.refused', what: 'host' }, error);
    throw error;
  }
}

function identity({ url, updatedAt }: { readonly url: string; readonly updatedAt: number }): string {
  return `host_webhook:${JSON.stringify([url, updatedAt])}`;
}
