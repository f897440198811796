import type { NewEvent } from '../store/index.ts';

/** What stands for the host where a delivery names its target. */
export const HOST_TARGET = 'host';
/** What comes before the id of an event in the key of the outbox. */
export const HOST_KEY_PREFIX = 'host:';

/** The events of which the host hears, by their kind here. */
const TYPES: Readonly<Partial<Record<NewEvent['kind'], string>>> = {
  'connection.connected': 'connection.connected',
  'connection.reconnected': 'connection.connected',
  'connection.recovered': 'connection.recovered',
  'connection.needs_reconnect': 'connection.needs_reconnect',
  'connection.ending': 'connection.ending',
  'connection.disconnected': 'connection.disconnected',
  'delivery.stopped': 'delivery.stopped',
  'app.client_refused': 'app.client_refused',
  'app.client_accepted': 'app.client_accepted',
  'app.secret_ending': 'app.secret_ending',
};

/** How events name the host itself, which acts with the API key. */
const HOST_ACTORS: readonly string[] = ['host', 'api-key'];

/** The type under which the host hears of an event; null: it does not, as of all that it has done itself. */
export function hostType({ kind, actor }: Pick<NewEvent, 'kind' | 'actor'>): string | null {
  return HOST_ACTORS.includes(actor) ? null : (TYPES[kind] ?? null);
}

/**
 * What the host is told: who and what, never a secret. Times are ISO 8601.
 * @param at epoch milliseconds
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function hostPayload(
  type: string,
  event: Pick<NewEvent, 'connectionId' | 'externalUserId' | 'appSlug' | 'detail' | 'endsAt'>,
  at: number,
): string {
  const { connectionId, externalUserId, appSlug, detail, endsAt } = event;
  const data = {
    ...(connectionId ? { connectionId, externalUserId: externalUserId ?? null } : {}),
    appSlug: appSlug ?? null,
    ...(detail ? { reason: detail } : {}),
    ...(typeof endsAt === 'number' ? { endsAt: new Date(endsAt).toISOString() } : {}),
  };
  return JSON.stringify({ type, timestamp: new Date(at).toISOString(), data });
}
