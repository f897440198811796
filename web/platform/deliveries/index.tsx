import { Anchor, Button, Group, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { Link } from 'wouter';
import { ask } from '../../lib/api.ts';
import { useFilter } from '../../lib/use-filter.ts';
import { useList } from '../../lib/use-list.ts';
import { useWrite } from '../../lib/use-write.ts';
import { Choice } from '../../parts/choice.tsx';
import { Empty } from '../../parts/empty.tsx';
import { type Column, List } from '../../parts/list.tsx';
import { Page } from '../../parts/page.tsx';
import { RefusalAlert } from '../../parts/refusal-alert.tsx';
import { Status } from '../../parts/status.tsx';
import { Time } from '../../parts/time.tsx';
import { useAppNames } from '../../parts/use-apps.ts';
import { DELIVERY_LOOKS, eventName, receiverName, topicName } from '../looks.ts';
import type { Delivery } from '../shapes.ts';
import { DeliveryShape } from './delivery-shape.tsx';

const DELIVERIES = '/api/keyferry/v1/deliveries';

/** What is on its way to instances and to the host's back end, what arrived, and what was given up. */
export default function Deliveries() {
  const [state, setState] = useFilter('state');
  const nameOf = useAppNames();
  const list = useList<Delivery>(DELIVERIES, 'deliveries', { state, limit: 50 }, { everyMs: 3_000 });
  const changes = [[DELIVERIES, 'list']];
  const retry = useWrite((id: number) => ask('POST', `${DELIVERIES}/${id}/retry`), { changes });
  const retryAll = useWrite(() => ask<{ deliveries: number }>('POST', `${DELIVERIES}/retry`, { body: {} }), {
    changes,
    done: ({ deliveries }) => notifications.show({ message: `${deliveries} are sent again.` }),
  });
  const columns: Column<Delivery>[] = [
    {
      title: 'What',
      cell: ({ topic, event, appSlug, connectionId }) => (
        <>
          <Text size="sm">{event === null ? topicName(topic) : eventName(event)}</Text>
          {connectionId === null ? (
            <Text size="sm" c="dimmed">
              {nameOf(appSlug)}
            </Text>
          ) : (
            <Anchor component={Link} href={`/connections/${connectionId}`} size="sm">
              {nameOf(appSlug)}
            </Anchor>
          )}
        </>
      ),
    },
    { title: 'To', cell: receiverName },
    {
      title: 'State',
      cell: ({ state: now, lastError, lastStatus }) => (
        <>
          <Status look={DELIVERY_LOOKS[now]} />
          {lastError !== null && (
            <Text size="sm" maw={420}>
              {lastError}
              {lastStatus !== null && ` (${lastStatus})`}
            </Text>
          )}
        </>
      ),
    },
    {
      title: 'When',
      cell: ({ state: now, dueAt, updatedAt, attempts }) => (
        <>
          <Time at={now === 'waiting' ? dueAt : updatedAt} />
          <Text size="sm" c="dimmed">
            {attempts === 1 ? '1 attempt' : `${attempts} attempts`}
          </Text>
        </>
      ),
    },
    {
      title: 'Actions',
      quiet: true,
      cell: delivery => (
        <Group gap="xs" wrap="nowrap">
          <DeliveryShape delivery={delivery} name={nameOf(delivery.appSlug)} />
          {delivery.state !== 'done' && (
            <Button
              size="xs"
              variant="default"
              loading={retry.isPending && retry.variables === delivery.id}
              onClick={() => retry.mutate(delivery.id)}
            >
              Send now
            </Button>
          )}
        </Group>
      ),
    },
  ];
  return (
    <Page
      title="Deliveries"
      about="What goes to instances and to your back end."
      aside={
        state === 'stopped' && list.items.length > 0 ? (
          <Button loading={retryAll.isPending} onClick={() => retryAll.mutate(undefined)}>
            Send all stopped ones
          </Button>
        ) : null
      }
    >
      <Group>
        <Choice
          label="State"
          value={state}
          onChoose={setState}
          options={[
            ['', 'Every state'],
            ...Object.entries(DELIVERY_LOOKS).map(([key, { label }]) => [key, label] as const),
          ]}
        />
      </Group>
      <RefusalAlert error={retry.error ?? retryAll.error} />
      <List
        list={list}
        caption="Deliveries"
        columns={columns}
        keyOf={({ id }) => id}
        empty={
          state === '' ? (
            <Empty title="Nothing was sent yet">
              What users connect is delivered at once, and stands here.
            </Empty>
          ) : (
            <Empty
              title={`Nothing is ${DELIVERY_LOOKS[state as keyof typeof DELIVERY_LOOKS].label.toLowerCase()}`}
            />
          )
        }
      />
    </Page>
  );
}
