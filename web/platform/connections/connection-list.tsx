import { Anchor, Group, SimpleGrid } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { Summary } from '../../../src/platform/http/summary.ts';
import { ask } from '../../lib/api.ts';
import { useFilter } from '../../lib/use-filter.ts';
import { useList } from '../../lib/use-list.ts';
import { AsOf } from '../../parts/as-of.tsx';
import { Choice } from '../../parts/choice.tsx';
import { Empty } from '../../parts/empty.tsx';
import { type Column, List } from '../../parts/list.tsx';
import { Logo } from '../../parts/logo.tsx';
import { Page } from '../../parts/page.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { SearchField } from '../../parts/search-field.tsx';
import { Status } from '../../parts/status.tsx';
import { Time } from '../../parts/time.tsx';
import { useAppNames } from '../../parts/use-apps.ts';
import { CONNECTION_LOOKS } from '../looks.ts';
import type { Connection } from '../shapes.ts';
import { useHeldApps } from '../use-held-apps.ts';
import { Tally } from './tally.tsx';

const SUMMARY = '/api/keyferry/v1/summary';
const EVERY_MS = 5_000;

export function ConnectionList() {
  const [user, setUser] = useFilter('user');
  const [status, setStatus] = useFilter('status');
  const [app, setApp] = useFilter('app');
  const nameOf = useAppNames();
  const held = useHeldApps();
  const list = useList<Connection>(
    '/api/keyferry/v1/connections',
    'connections',
    { user, status, appSlug: app, limit: 50 },
    { everyMs: EVERY_MS },
  );
  const summary = useQuery({
    queryKey: [SUMMARY],
    queryFn: () => ask<Summary>('GET', SUMMARY),
    refetchInterval: EVERY_MS,
  });
  const columns: Column<Connection>[] = [
    {
      title: 'App',
      cell: ({ id, appSlug }) => (
        <Group gap="sm" wrap="nowrap">
          <Logo slug={appSlug} name={nameOf(appSlug)} size={28} />
          <Anchor component={Link} href={`/connections/${id}`} size="sm">
            {nameOf(appSlug)}
          </Anchor>
        </Group>
      ),
    },
    { title: 'User', cell: ({ externalUserId }) => externalUserId },
    {
      title: 'Status',
      cell: ({ status: state, statusReason }) => (
        <>
          <Status look={CONNECTION_LOOKS[state]} />
          {state !== 'connected' && <ProblemNote code={statusReason} />}
        </>
      ),
    },
    { title: 'Refreshed', cell: ({ refreshedAt, createdAt }) => <Time at={refreshedAt ?? createdAt} /> },
    { title: 'Next refresh', cell: ({ refreshDueAt }) => <Time at={refreshDueAt} none="not planned" /> },
    { title: 'Token ends', cell: ({ expiresAt }) => <Time at={expiresAt} none="unknown" /> },
  ];
  const filtered = user !== '' || status !== '' || app !== '';
  return (
    <Page title="Connections" about="The grants that your users gave you, and how they are.">
      {summary.data && (
        <SimpleGrid cols={{ base: 2, sm: 3, md: 5 }}>
          <Tally
            label="Connected"
            count={summary.data.connections.connected}
            href="/connections?status=connected"
          />
          <Tally
            label="Failing"
            count={summary.data.connections.failing}
            href="/connections?status=failing"
            bad
          />
          <Tally
            label="Need reconnect"
            count={summary.data.connections.needs_reconnect}
            href="/connections?status=needs_reconnect"
            bad
          />
          <Tally
            label="Deliveries waiting"
            count={summary.data.deliveries.waiting}
            href="/deliveries?state=waiting"
          />
          <Tally
            label="Deliveries stopped"
            count={summary.data.deliveries.stopped}
            href="/deliveries?state=stopped"
            bad
          />
        </SimpleGrid>
      )}
      <AsOf at={summary.data?.asOf} />
      <Group>
        <SearchField label="Your name for the user" value={user} onSearch={setUser} />
        <Choice
          label="App"
          value={app}
          onChoose={setApp}
          options={[
            ['', 'Every app'],
            ...(app === '' || held.includes(app) ? held : [...held, app]).map(
              slug => [slug, nameOf(slug)] as const,
            ),
          ]}
        />
        <Choice
          label="Status"
          value={status}
          onChoose={setStatus}
          options={[
            ['', 'Every status'],
            ...Object.entries(CONNECTION_LOOKS).map(([key, { label }]) => [key, label] as const),
          ]}
        />
      </Group>
      <List
        list={list}
        caption="Connections"
        columns={columns}
        keyOf={({ id }) => id}
        empty={
          filtered ? (
            <Empty title="Nothing matches">A search finds users by how your name for them begins.</Empty>
          ) : (
            <Empty title="Nobody is connected yet">
              Your back end opens a link for a user with POST /api/keyferry/v1/connect-sessions; what they
              connect there stands here at once.
            </Empty>
          )
        }
      />
    </Page>
  );
}
