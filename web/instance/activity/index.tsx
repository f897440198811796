import { Anchor, Group, Text } from '@mantine/core';
import { Link } from 'wouter';
import type { InstanceEvent } from '../../../src/instance/http/activity.ts';
import { useFilter } from '../../lib/use-filter.ts';
import { useList } from '../../lib/use-list.ts';
import { Choice } from '../../parts/choice.tsx';
import { Empty } from '../../parts/empty.tsx';
import { type Column, List } from '../../parts/list.tsx';
import { Page } from '../../parts/page.tsx';
import { SearchField } from '../../parts/search-field.tsx';
import { Time } from '../../parts/time.tsx';
import { useAppNames } from '../../parts/use-apps.ts';
import { actorName, KINDS, kindName } from './words.ts';

const EVERY_MS = 3_000;

const COLUMNS: Column<InstanceEvent>[] = [
  { title: 'When', cell: ({ at }) => <Time at={at} /> },
  {
    title: 'What',
    cell: ({ kind, detail }) => (
      <>
        <Text size="sm">{kindName(kind)}</Text>
        {detail !== null && (
          <Text size="sm" c="dimmed">
            {detail}
          </Text>
        )}
      </>
    ),
  },
  { title: 'App', cell: ({ appSlug }) => appSlug !== null && <AppName slug={appSlug} /> },
  {
    title: 'User',
    cell: ({ userId }) =>
      userId === null ? null : (
        <Anchor component={Link} href={`/credentials?user=${userId}`} size="sm">
          {userId}
        </Anchor>
      ),
  },
  { title: 'By', cell: ({ actor }) => actorName(actor) },
];

function AppName({ slug }: { slug: string }) {
  return useAppNames()(slug);
}

/** What happened here, by whom; new lines come by themselves. */
export default function Activity() {
  const [kind, setKind] = useFilter('kind');
  const [user, setUser] = useFilter('user');
  const userId = /^\d{1,9}$/.test(user) ? Number(user) : undefined;
  const list = useList<InstanceEvent>(
    '/api/keyferry/v1/activity',
    'events',
    { kind, userId, limit: 100 },
    { everyMs: EVERY_MS },
  );
  return (
    <Page
      title="Activity"
      about="What happened on this instance in the last 90 days; new lines come by themselves."
    >
      <Group>
        <SearchField label="User id" value={user} onSearch={setUser} />
        <Choice label="Kind" value={kind} onChoose={setKind} options={KINDS} />
      </Group>
      <List
        list={list}
        caption="Activity"
        columns={COLUMNS}
        keyOf={({ id }) => id}
        empty={
          <Empty title="Nothing of this kind happened">
            Pushes, refreshes, sign-ins and what administrators change stand here.
          </Empty>
        }
      />
    </Page>
  );
}
