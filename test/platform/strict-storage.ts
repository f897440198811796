import type { Adapter, AdapterPayload } from 'oidc-provider';

/**
 * Keeps all that an oidc-provider stores, in memory. Its own storage forgets what lies beyond a thousand
 * entries: a refresh token that comes a second time would be unknown to it, and not a reuse.
 */
export function strictStorage(): (model: string) => Adapter {
  const stored = new Map<string, AdapterPayload>();
  const byGrant = new Map<string, string[]>();
  const byUid = new Map<string, string>();
  return model => {
    const key = (id: string): string => `${model}:${id}`;
    return {
      async upsert(id, payload) {
        stored.set(key(id), payload);
        if (payload.uid !== undefined) byUid.set(payload.uid, id);
        const { grantId } = payload;
        if (grantId !== undefined) byGrant.set(grantId, [...(byGrant.get(grantId) ?? []), key(id)]);
      },
      find: async id => stored.get(key(id)),
      findByUid: async uid => stored.get(key(byUid.get(uid) ?? '')),
      findByUserCode: async () => undefined,
      async consume(id) {
        const payload = stored.get(key(id));
        if (payload !== undefined) payload.consumed = Math.floor(Date.now() / 1000);
      },
      destroy: async id => void stored.delete(key(id)),
      async revokeByGrantId(grantId) {
        for (const id of byGrant.get(grantId) ?? []) stored.delete(id);
        byGrant.delete(grantId);
      },
    };
  };
}
