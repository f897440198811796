import type { InstanceContext } from '../context.ts';
import { closeIncident, type Incident, openIncident } from '../store/index.ts';

/** How often a good answer looks whether another process has opened an incident, in milliseconds. */
const LOOK_MS = 60_000;

/** Writes down what is wrong with the platform as a whole: once an incident, however many processes see it. */
export function incidentNotes({ database, effects }: Pick<InstanceContext, 'database' | 'effects'>) {
  const { now, log } = effects;
  let lookedAt = Number.NEGATIVE_INFINITY;
  let open: Incident['code'] | null = null;

  /** What is written down must not hide what happened. */
  async function quietly(write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (err) {
      log.error({ err }, 'an incident was not noted');
    }
  }

  return {
    /** Told at each sight of it: it is written once. */
    begun: (code: Incident['code'], detail: string) =>
      quietly(async () => {
        if (open === code) return;
        if (await openIncident(database, { code, detail, at: now() })) log.error({ code }, detail);
        // Not before: what could not be written is tried again at the next sight of it.
        open = code;
      }),
    /** @param codes what is proved to be over */
    over: (codes: readonly Incident['code'][]) =>
      quietly(async () => {
        if (open === null && now() - lookedAt < LOOK_MS) return;
        lookedAt = now();
        if (await closeIncident(database, { codes, at: now() })) log.info('the platform answers again');
        if (open !== null && codes.includes(open)) open = null;
      }),
  };
}
