import { Anchor, Group, Paper, Stack, Text, Timeline, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { ask } from '../../lib/api.ts';
import { Copy } from '../../parts/copy.tsx';
import { Facts } from '../../parts/facts.tsx';
import { Waiting } from '../../parts/list.tsx';
import { Logo } from '../../parts/logo.tsx';
import { Page } from '../../parts/page.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { RefusalAlert } from '../../parts/refusal-alert.tsx';
import { Status } from '../../parts/status.tsx';
import { Time } from '../../parts/time.tsx';
import { useAppNames } from '../../parts/use-apps.ts';
import {
  CONNECTION_LOOKS,
  DELIVERY_LOOKS,
  endingName,
  eventName,
  receiverName,
  topicName,
} from '../looks.ts';
import type { Connection, ConnectionDetail, Delivery } from '../shapes.ts';
import { ConnectionActions } from './connection-actions.tsx';

/** One connection: how it is, what was sent where, and what happened. */
export function ConnectionPage({ id }: { id: string }) {
  const path = `/api/keyferry/v1/connections/${id}`;
  const { data, error, isPending, refetch } = useQuery({
    queryKey: [path],
    queryFn: () => ask<ConnectionDetail>('GET', path),
    refetchInterval: 5_000,
  });
  const nameOf = useAppNames();
  if (isPending) return <Waiting />;
  if (data === undefined) {
    return (
      <Page title="Connection">
        <RefusalAlert error={error} again={refetch} />
        <Anchor component={Link} href="/connections">
          All connections
        </Anchor>
      </Page>
    );
  }
  const name = nameOf(data.appSlug);
  return (
    <Page
      title={`${name} of ${data.externalUserId}`}
      about={
        <Anchor component={Link} href="/connections">
          All connections
        </Anchor>
      }
      aside={<ConnectionActions connection={data} name={name} />}
    >
      <Paper withBorder p="md">
        <Stack>
          <Group>
            <Logo slug={data.appSlug} name={name} />
            <Status look={CONNECTION_LOOKS[data.status]} />
          </Group>
          {data.status !== 'connected' && <ProblemNote code={data.statusReason} />}
          <Facts
            facts={[
              ['Connected', <Time key="c" at={data.createdAt} />],
              ['Last refresh', <Time key="r" at={data.refreshedAt} />],
              ['Next refresh', <Time key="n" at={data.refreshDueAt} none="not planned" />],
              ['Token ends', <Time key="e" at={data.expiresAt} none="unknown" />],
              ['Asked for by an instance', <Time key="u" at={data.usedAt} />],
              ['Grant ends', <GrantEnd key="g" connection={data} />],
              ['Last failure', <Time key="f" at={data.failedAt} />],
              ['Account at the provider', data.account === '' ? 'the only one' : data.account],
              [
                'Id',
                <Group key="i" gap={4} wrap="nowrap">
                  <Text size="sm" truncate>
                    {data.id}
                  </Text>
                  <Copy value={data.id} label="Copy the id" />
                </Group>,
              ],
            ]}
          />
        </Stack>
      </Paper>
      <Paper withBorder p="md">
        <Title order={2} size="h4" mb="sm">
          Deliveries
        </Title>
        {data.deliveries.length === 0 && <Text c="dimmed">Nothing was sent yet.</Text>}
        <Stack gap="xs">
          {data.deliveries.map(delivery => (
            <Group key={delivery.id} gap="sm">
              <Status look={DELIVERY_LOOKS[delivery.state]} />
              <Text>
                {whatOf(delivery)} to {receiverName(delivery)}, <Time at={delivery.updatedAt} />
              </Text>
              {delivery.lastError !== null && <Text size="sm">{delivery.lastError}</Text>}
            </Group>
          ))}
        </Stack>
      </Paper>
      <Paper withBorder p="md">
        <Title order={2} size="h4" mb="md">
          History
        </Title>
        <Timeline bulletSize={14} lineWidth={2}>
          {data.events.map(({ id: event, kind, at, actor, detail }) => (
            <Timeline.Item key={event} title={eventName(kind)}>
              <Text size="sm" c="dimmed">
                <Time at={at} />, by {actor}
              </Text>
              {detail !== null && <Text size="sm">{detail}</Text>}
            </Timeline.Item>
          ))}
        </Timeline>
      </Paper>
    </Page>
  );
}

/** What goes: an event by its name, since the place says already that it is a webhook. */
function whatOf({ topic, event }: Delivery): string {
  return event === null ? topicName(topic) : eventName(event);
}

/** The end that is foreseen, with its reason. */
function GrantEnd({ connection: { endsAt, endingReason } }: { connection: Connection }) {
  return (
    <>
      <Time at={endsAt} none="no end is known" />
      {endingReason !== null && (
        <Text size="sm" c="dimmed">
          {endingName(endingReason)}
        </Text>
      )}
    </>
  );
}
