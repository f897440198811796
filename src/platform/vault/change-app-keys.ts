import { type AppDefinition, mergeKeys, refuseFaulty } from '../../apps/index.ts';
import { seal } from '../../lib/sealed-box.ts';
import { KeyferryError } from '../../protocol/index.ts';
import type { PlatformContext } from '../context.ts';
import { firstNoticeAt } from '../lifetime/index.ts';
import { clearRetries, insertEvent, judgeAnew, putAppKeys } from '../store/index.ts';
import { assertSafeAddresses, assertSecretsGiven, leadElsewhere } from './address-keys.ts';
import { type AppKeys, appIdentity, keysOf, readAppEntries, SECRET_EXPIRES_AT } from './app-keys.ts';

export interface KeysChange {
  readonly keys: AppKeys;
  /** `merge` keeps the keys that are not given and takes away those that are null; `replace` keeps none. */
  readonly how: 'merge' | 'replace';
  /** Who does it, as events name it. */
  readonly actor: string;
}

type Context = Pick<PlatformContext, 'config' | 'database' | 'effects'>;

/** So often the keys are read anew when somebody else changes them at the same time. */
const TRIES = 3;

/**
 * Sets the keys of an app, sealed, which must be good as a whole. What waited for the provider to take the
 * client is due again.
 * @throws KeyferryError body_invalid with the fault of each key, conflict
 */
export async function changeAppKeys(
  context: Context,
  app: AppDefinition,
  { keys: given, how, actor }: KeysChange,
): Promise<void> {
  const { config, database, effects } = context;
  for (let tries = 0; tries < TRIES; tries++) {
    const entry = (await readAppEntries(context, app.slug)).get(app.slug);
    const keys = refuseFaulty(keysOf(app), mergeKeys(how === 'merge' ? (entry?.keys ?? {}) : {}, given));
    assertSecretsGiven(app, { before: entry?.keys ?? {}, given, after: keys });
    assertSafeAddresses(app, keys, config.allowPrivateAddresses);
    const moved = entry !== undefined && leadElsewhere(app, entry.keys, keys);
    const names = Object.keys(given);
    // To merge nothing is to ask whether the keys are good: there is nothing to write.
    if (how === 'merge' && names.length === 0) return;
    const at = effects.now();
    const row = {
      slug: app.slug,
      sealedKeys: seal(config.keyring, JSON.stringify(keys), appIdentity(app.slug)),
      seen: entry?.sealedKeys ?? null,
      at,
      ...endOf(keys, at),
    };
    const written = await database.db.transaction().execute(async trx => {
      if (!(await putAppKeys(trx, row))) return false;
      const detail = names.join(', ') || 'none';
      await insertEvent(trx, { kind: 'app.keys_set', actor, appSlug: app.slug, detail }, at);
      return true;
    });
    // Any number of connections: not in one transaction. Those that a killed process leaves come at their own time.
    if (written) {
      await clearRetries(database.db, app.slug, at);
      if (moved) await tellMoved(context, app.slug, { actor, at });
      return;
    }
  }
  throw new KeyferryError('conflict', 'Somebody else is changing the keys of this app.', {
    remedy: 'Look at what is set now, and try again.',
  });
}

/** The address is another: the operator hears how many grants that concerns. */
async function tellMoved(
  { database: { db } }: Context,
  appSlug: string,
  { actor, at }: { actor: string; at: number },
): Promise<void> {
  const grants = await judgeAnew(db, appSlug, at);
  if (grants === 0) return;
  const detail = `${grants} grants go nowhere but to the address that gave them`;
  await insertEvent(db, { kind: 'app.keys_set', actor, appSlug, detail }, at);
}

/** When the client secret ends, and when that is told. */
function endOf(keys: AppKeys, at: number) {
  const given = keys[SECRET_EXPIRES_AT];
  if (typeof given !== 'string') return { secretExpiresAt: null, secretNoticeAt: null };
  const secretExpiresAt = Date.parse(given);
  return { secretExpiresAt, secretNoticeAt: firstNoticeAt(secretExpiresAt, at) };
}
