import { createCatalogue } from '../apps/index.ts';
import {
  checkKeys,
  type Database,
  fileReserve,
  migrate,
  NO_RESERVE,
  openDatabase,
  watchDatabase,
} from '../lib/db/index.ts';
import { createEffects, type Effects } from '../lib/effects.ts';
import { createOutbound } from '../lib/outbound.ts';
import { startPruning } from '../lib/pruning.ts';
import { sealFormerPasswords, setupLink } from '../lib/sign-in/index.ts';
import { singleFlight } from '../lib/single-flight.ts';
import { warnOfWeakSecrets } from '../lib/weak-secrets.ts';
import { wrongSecrets } from '../lib/wrong-secrets.ts';
import type { KeyferryError } from '../protocol/index.ts';
import { createScheduler } from './ahead/index.ts';
import type { PlatformConfig } from './config.ts';
import { ANSWER_BYTES, DEADLINE_MS, FEED_BYTES, type PlatformContext } from './context.ts';
import { keepCounts } from './counts.ts';
import { tellEndings } from './endings/index.ts';
import { putHostWebhook } from './host-webhooks/index.ts';
import { createHttp } from './http/index.ts';
import { PLATFORM_MIGRATIONS } from './migrations.ts';
import { createBell, outboxWorker } from './outbox/index.ts';
import { prune } from './prune.ts';
import { createUnwritten } from './refresh/index.ts';
import type { Renewed } from './refresh/renew.ts';
import { LASTING_COLUMNS } from './sealed-columns.ts';
import { platformSignIn } from './sign-in.ts';
import type { PlatformTables } from './tables.ts';
import { putDefaultTarget } from './targets.ts';

/** How long a process that ends waits until answers of providers are written that are in its memory alone, in milliseconds. */
export const HELD_AT_CLOSE_MS = 25_000;

/** The side where users connect their apps: keeps their tokens, pushes them, answers for fresh ones. */
export interface Platform {
  /** The whole HTTP surface; mount it in any server that speaks Request and Response. */
  fetch(request: Request): Response | Promise<Response>;
  readonly database: Database<PlatformTables>;
  /** Starts to deliver, to refresh ahead of need and to tell what ends, in this process. */
  start(): void;
  /** Delivers what is due now. @returns how many deliveries were handled */
  runOutbox(): Promise<number>;
  /** Refreshes what is due now, before anybody asks for it. @returns how many connections were handled */
  runAhead(): Promise<number>;
  /** Where the first operator is made, with its code; null once there is one. */
  setupLink(): Promise<string | null>;
  /** Tells which grants and client secrets will end soon. @returns how many were told */
  runEndings(): Promise<number>;
  /** Resolves when the database turns out to be damaged: nothing but a backup helps. Close it then. */
  readonly damaged: Promise<KeyferryError>;
  /** From now on `/health/ready` answers 503, so that no new callers are sent here; all else is as before. */
  drain(): void;
  /** Finishes the deliveries under way and closes the database. */
  close(): Promise<void>;
}

/**
 * Opens the database, brings its schema and its default target up to date and makes the handler.
 * @throws SchemaError when the database belongs to a newer version
 */
export async function createPlatform(
  config: PlatformConfig,
  replaced: Partial<Effects> = {},
): Promise<Platform> {
  const effects = createEffects(replaced);
  const database = openDatabase<PlatformTables>(config.database);
  const outbound = createOutbound({ deadlineMs: DEADLINE_MS, maxBytes: ANSWER_BYTES, addresses: 'any' });
  const outboundToTyped = createOutbound({
    deadlineMs: DEADLINE_MS,
    maxBytes: FEED_BYTES,
    addresses: config.allowPrivateAddresses ? 'any' : 'public',
  });
  const closeOutbound = () => Promise.all([outbound.close(), outboundToTyped.close()]);
  const bell = createBell();
  const refusals = wrongSecrets(effects);
  const refreshes = singleFlight<Renewed>();
  const reserve = 'file' in config.database ? fileReserve(config.database.file) : NO_RESERVE;
  const unwritten = createUnwritten(effects.monotonic, reserve);
  const context: PlatformContext = {
    config,
    database,
    catalogue: createCatalogue(config.providers, config.apps),
    effects,
    counts: keepCounts({ config, database, effects }),
    outbound,
    outboundToTyped,
    signIn: platformSignIn(config, database, effects),
    wrongSecrets: refusals,
    flights: refreshes,
    unwritten,
    wake: bell.ring,
  };
  try {
    await migrate(database, PLATFORM_MIGRATIONS);
    await checkKeys(database, config.keyring, { role: 'platform', columns: LASTING_COLUMNS }, effects.log);
    await sealFormerPasswords(context.signIn);
    await putDefaultTarget(context);
    await putHostWebhook(context);
  } catch (error) {
    await closeOutbound();
    await database.close();
    throw error;
  }

  warnOfWeakSecrets(config, effects.log);
  const watch = watchDatabase(database, effects.log);
  let stopping = false;
  const http = createHttp(context, () => stopping);
  const worker = outboxWorker(context, bell);
  const ahead = createScheduler(context);
  function giveUp(): void {
    const connectionIds = unwritten.all().map(({ connectionId }) => connectionId);
    if (connectionIds.length > 0) {
      const words = 'answers of providers were never written down: these users may have to connect again';
      effects.log.error({ connectionIds }, words);
    }
    unwritten.abandon();
  }
  const stopPruning = startPruning(ending => prune(context, ending));

  return {
    fetch: request => http.fetch(request),
    database,
    setupLink: () => setupLink(context.signIn),
    start() {
      worker.start();
      ahead.start();
    },
    runOutbox: worker.run,
    runAhead: ahead.run,
    runEndings: () => tellEndings(context),
    damaged: watch.damaged,
    drain() {
      stopping = true;
    },
    async close() {
      stopping = true;
      refusals.close();
      const patience = setTimeout(giveUp, HELD_AT_CLOSE_MS);
      await ahead.close();
      await worker.close();
      // An answer on its way may hold the only refresh token that lives.
      await refreshes.ended();
      clearTimeout(patience);
      await stopPruning();
      await closeOutbound();
      watch.stop();
      await database.close();
    },
  };
}
