import { isNew } from '../lib/sign-in/index.ts';
import type { InstanceContext } from './context.ts';
import { type ApiKeyStanding, insertEvent, judgeApiKey } from './store/index.ts';

/** Judges an API key; a row that is not ours is told of once in a process. */
export async function judgeKey(
  { config, database, effects }: Pick<InstanceContext, 'config' | 'database' | 'effects'>,
  key: string,
): Promise<Exclude<ApiKeyStanding, 'refused'>> {
  const standing = await judgeApiKey(database, config.keyring, key, effects.now());
  if (standing !== 'refused') return standing;
  if (isNew(database, 'api key')) {
    effects.log.error(
      { kind: 'api_key.refused' },
      'a row of the database was refused: an API key that is not ours',
    );
    await insertEvent(database.db, { kind: 'api_key.refused', actor: 'anonymous' }, effects.now());
  }
  return 'unknown';
}
