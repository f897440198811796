import { Anchor, Group, Text } from '@mantine/core';
import { Link } from 'wouter';
import type { Ending } from '../../../src/platform/http/endings.ts';
import { useFilter } from '../../lib/use-filter.ts';
import { useList } from '../../lib/use-list.ts';
import { Choice } from '../../parts/choice.tsx';
import { Empty } from '../../parts/empty.tsx';
import { type Column, List } from '../../parts/list.tsx';
import { Logo } from '../../parts/logo.tsx';
import { Page } from '../../parts/page.tsx';
import { Time } from '../../parts/time.tsx';
import { useAppNames } from '../../parts/use-apps.ts';
import { endingName } from '../looks.ts';

/** What will stop to work by itself, told in advance. */
export default function Endings() {
  const [days, setDays] = useFilter('days', '14');
  const nameOf = useAppNames();
  const list = useList<Ending>('/api/keyferry/v1/endings', 'endings', { withinDays: days, limit: 50 });
  const columns: Column<Ending>[] = [
    {
      title: 'What',
      cell: ({ appSlug, connectionId, externalUserId }) => (
        <Group gap="sm" wrap="nowrap">
          <Logo slug={appSlug} name={nameOf(appSlug)} size={28} />
          {connectionId === null ? (
            <Anchor component={Link} href={`/apps?search=${encodeURIComponent(appSlug)}`} size="sm">
              Client secret of {nameOf(appSlug)}
            </Anchor>
          ) : (
            <Anchor component={Link} href={`/connections/${connectionId}`} size="sm">
              {nameOf(appSlug)} of {externalUserId}
            </Anchor>
          )}
        </Group>
      ),
    },
    { title: 'Ends', cell: ({ endsAt }) => <Time at={endsAt} /> },
    {
      title: 'Why, and what to do',
      cell: ({ reason, remedy }) => (
        <>
          <Text size="sm">{endingName(reason)}.</Text>
          <Text size="sm" c="dimmed">
            {remedy}
          </Text>
        </>
      ),
    },
  ];
  return (
    <Page
      title="About to end"
      about="Grants and client secrets that will die unless somebody does something."
    >
      <Group>
        <Choice
          label="Within"
          value={days}
          onChoose={setDays}
          options={[
            ['7', 'Within 7 days'],
            ['14', 'Within 14 days'],
            ['60', 'Within 60 days'],
          ]}
        />
      </Group>
      <List
        list={list}
        caption="What is about to end"
        columns={columns}
        keyOf={({ kind, appSlug, connectionId }) => `${kind} ${connectionId ?? appSlug}`}
        empty={
          <Empty title="Nothing is about to end">
            What providers and keys say of their ends stands here in time.
          </Empty>
        }
      />
    </Page>
  );
}
