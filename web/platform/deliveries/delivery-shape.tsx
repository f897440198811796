import { Button, Code, Group, Modal, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import type { Shape } from '../../../src/platform/http/deliveries.ts';
import { ask } from '../../lib/api.ts';
import { Waiting } from '../../parts/list.tsx';
import { RefusalAlert } from '../../parts/refusal-alert.tsx';
import { eventName, topicName } from '../looks.ts';
import type { Delivery } from '../shapes.ts';

const ABOUT: Readonly<Record<Delivery['topic'], string>> = {
  'credential.push':
    'Kinds stand in the place of values; the keys are encrypted on their way. It is built anew each time it is sent, so that the newest token goes.',
  'credential.delete': 'It has no body.',
  'host.event': 'Your back end gets it word for word, signed.',
};

/** What a delivery would send now, without any secret. */
export function DeliveryShape({
  delivery: { id, topic, event },
  name,
}: {
  delivery: Delivery;
  /** Of its app. */
  name: string;
}) {
  const [opened, { open, close }] = useDisclosure();
  const path = `/api/keyferry/v1/deliveries/${id}/shape`;
  const { data, error, isFetching } = useQuery({
    queryKey: [path],
    queryFn: () => ask<Shape>('GET', path),
    enabled: opened,
  });
  const what = event === null ? topicName(topic) : eventName(event);
  return (
    <>
      <Button size="xs" variant="subtle" aria-label={`Payload: ${what}, ${name}`} onClick={open}>
        Payload
      </Button>
      <Modal
        opened={opened}
        onClose={close}
        title={`What is sent: ${what}, ${name}`}
        size="lg"
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <Stack>
          {isFetching && !data && <Waiting />}
          {!data && <RefusalAlert error={error} />}
          {data && (
            <>
              <Group gap="xs" wrap="nowrap" align="flex-start">
                <Code fw={600} style={{ flexShrink: 0 }}>
                  {data.method}
                </Code>
                <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
                  {data.url}
                </Text>
              </Group>
              {data.shape !== null && (
                <Code block tabIndex={0}>
                  {JSON.stringify(data.shape, null, 2)}
                </Code>
              )}
              <Text size="sm" c="dimmed">
                {ABOUT[topic]}
              </Text>
            </>
          )}
        </Stack>
      </Modal>
    </>
  );
}
