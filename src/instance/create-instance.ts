import { createCatalogue } from '../apps/index.ts';
import {
  checkKeys,
  type Database,
  databaseFault,
  migrate,
  openDatabase,
  watchDatabase,
} from '../lib/db/index.ts';
import { createEffects, type Effects } from '../lib/effects.ts';
import { groupCommit } from '../lib/group-commit.ts';
import type { DirectRoutes } from '../lib/http/index.ts';
import { createOutbound } from '../lib/outbound.ts';
import { startPruning } from '../lib/pruning.ts';
import { sealFormerPasswords, setupLink } from '../lib/sign-in/index.ts';
import { singleFlight } from '../lib/single-flight.ts';
import { warnOfWeakSecrets } from '../lib/weak-secrets.ts';
import { wrongSecrets } from '../lib/wrong-secrets.ts';
import { type KeyferryError, SYNC_ANSWER_BYTES } from '../protocol/index.ts';
import { type AccessToken, createAccessToken, type TokenRequest } from './access-token.ts';
import type { InstanceConfig } from './config.ts';
import { keepCounts } from './counts.ts';
import { type FormCredentialRequest, readFormCredential } from './form-credential.ts';
import { adminKeys, createHttp, directRoutes } from './http/index.ts';
import { INSTANCE_MIGRATIONS } from './migrations.ts';
import { prune } from './prune.ts';
import { SEALED_COLUMNS } from './sealed-columns.ts';
import { instanceSignIn } from './sign-in.ts';
import { rowKey, type StoredPush, seedApps, setFirstApiKey, storePushes } from './store/index.ts';
import type { InstanceTables } from './tables.ts';
import type { Held } from './tokens/held.ts';
import { type PlatformState, watchPlatform } from './tokens/platform.ts';
import { SYNC_DEADLINE_MS } from './tokens/sync-client.ts';

/** The scheduling side: receives credentials, keeps them sealed, hands out working tokens. */
export interface Instance {
  /** The whole HTTP surface; mount it in any server that speaks Request and Response. */
  fetch(request: Request): Response | Promise<Response>;
  /** The routes that are asked most, for a listener of ours: `fetch` answers them alike, and slower. */
  readonly direct: DirectRoutes;
  /** A working token, refreshed through the platform when it must be. @throws KeyferryError */
  accessToken(request: TokenRequest): Promise<AccessToken>;
  /** What a user entered for an app without tokens. @throws KeyferryError */
  formCredential(request: FormCredentialRequest): Promise<Readonly<Record<string, unknown>>>;
  /** Whether the platform answers, as far as this process knows. */
  platformState(): PlatformState;
  readonly database: Database<InstanceTables>;
  /** Where the first admin is made, with its code; null once there is one. */
  setupLink(): Promise<string | null>;
  /** Resolves when the database turns out to be damaged: nothing but a backup helps. Close it then. */
  readonly damaged: Promise<KeyferryError>;
  /** From now on `/health/ready` answers 503, so that no new callers are sent here; all else is as before. */
  drain(): void;
  /** Finishes the writes and refreshes under way and closes the database. */
  close(): Promise<void>;
}

/**
 * Opens the database, brings its schema up to date and makes the handler.
 * @throws SchemaError when the database belongs to a newer version
 */
export async function createInstance(
  config: InstanceConfig,
  replaced: Partial<Effects> = {},
): Promise<Instance> {
  const effects = createEffects(replaced);
  const database = openDatabase<InstanceTables>(config.database);
  const catalogue = createCatalogue(config.providers, config.apps);
  const outbound = createOutbound({
    deadlineMs: SYNC_DEADLINE_MS,
    maxBytes: SYNC_ANSWER_BYTES,
    addresses: 'any',
  });
  const signIn = instanceSignIn(config, database, effects);
  try {
    await migrate(database, INSTANCE_MIGRATIONS);
    await checkKeys(database, config.keyring, { role: 'instance', columns: SEALED_COLUMNS }, effects.log);
    await seedApps(database, catalogue, effects.now());
    await sealFormerPasswords(signIn);
    await setFirstApiKey(database, config.keyring, config.apiKey, effects.now());
  } catch (error) {
    await outbound.close();
    await database.close();
    throw error;
  }
  const pushes = groupCommit({
    write: (items: readonly StoredPush[]) => storePushes(database, items),
    key: rowKey,
    size: ({ sealedKey }) => sealedKey.length,
    after: outcome => (outcome === 'created' ? 'updated' : outcome),
    // What ails the database ails the next write too; whether this one was done is not always known.
    isOfItem: error => databaseFault(error) === null,
    maxItems: 128,
    // SQLite has one writer. On PostgreSQL a second group is sent while the first one's commit is on its way.
    parallel: database.engine === 'sqlite' ? 1 : 2,
  });
  const platform = watchPlatform({ database, effects });
  const flights = singleFlight<Held>();
  const accessToken = createAccessToken(
    { config, database, catalogue, effects, outbound, platform },
    flights,
  );
  const refusals = wrongSecrets(effects);
  warnOfWeakSecrets(config, effects.log);
  const watch = watchDatabase(database, effects.log);
  let stopping = false;
  const context = {
    ...{ config, database, catalogue, effects, pushes },
    ...{ outbound, platform, accessToken, signIn },
    wrongSecrets: refusals,
    isAdminKey: adminKeys({ config, database, effects }),
    counts: keepCounts({ config, database, effects }),
  };
  const http = createHttp(context, () => stopping);
  const stopPruning = startPruning(ending => prune(context, ending));

  return {
    fetch: request => http.fetch(request),
    direct: directRoutes(context),
    accessToken,
    platformState: platform.state,
    formCredential: request => readFormCredential({ config, database, catalogue }, request),
    database,
    setupLink: () => setupLink(signIn),
    damaged: watch.damaged,
    drain() {
      stopping = true;
    },
    async close() {
      stopping = true;
      refusals.close();
      // A request to the platform that is cut off would stand on its credential as a failure, and its lease stay.
      await flights.ended();
      await pushes.drain();
      await stopPruning();
      await outbound.close();
      watch.stop();
      await database.close();
    },
  };
}
