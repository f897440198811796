import { describe, expect, onTestFinished, test } from 'vitest';
import { ENGINES, setUp, TOKEN, toldHost } from '../../../test/platform/host-ground.ts';

describe.each(ENGINES.filter(({ available }) => available))('on $name', engine => {
  test('what waits behind an event waits as long, and goes with it when somebody sends it at once', async () => {
    const { location, dispose } = await engine.create();
    onTestFinished(dispose);
    const { platform, host, connect, event, all, api } = await setUp({ location });
    const id = await connect('zoom', TOKEN);
    const kinds = ['connection.needs_reconnect', 'connection.connected', 'connection.recovered'] as const;
    for (const kind of kinds.slice(0, 2)) await event(kind, id);
    const fine = host.answer;
    host.answer = () => ({ status: 503, headers: { 'retry-after': '3600' } });
    await platform.runOutbox();
    await event(kinds[2], id);
    expect(host.received).toHaveLength(1);
    const rows = await platform.database.db
      .selectFrom('outbox')
      .select('dueAt')
      .where('topic', '=', 'host.event')
      .execute();
    expect(rows).toHaveLength(3);
    expect(new Set(rows.map(({ dueAt }) => dueAt)).size).toBe(1);
    host.answer = fine;
    const first = (await toldHost(all)).find(({ attempts }) => attempts === 1);
    await api('POST', `/api/keyferry/v1/deliveries/${first?.id}/retry`);
    await platform.runOutbox();
    expect(host.received.slice(1).map(({ body }) => JSON.parse(body).type)).toEqual(kinds);
  });
});
