import { Button, Code, Modal, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { ask } from '../../lib/api.ts';
import { Waiting } from '../../parts/list.tsx';
import { RefusalAlert } from '../../parts/refusal-alert.tsx';

interface Shape {
  readonly method: string;
  readonly url: string;
  readonly shape: unknown;
}

/** What a delivery would send now: the members and their kinds, no value that is a secret. */
export function DeliveryShape({ id, title }: { id: number; title: string }) {
  const [opened, { open, close }] = useDisclosure();
  const path = `/api/keyferry/v1/deliveries/${id}/shape`;
  const { data, error, isFetching } = useQuery({
    queryKey: [path],
    queryFn: () => ask<Shape>('GET', path),
    enabled: opened,
  });
  return (
    <>
      <Button size="xs" variant="subtle" onClick={open}>
        Payload
      </Button>
      <Modal
        opened={opened}
        onClose={close}
        title={`What is sent: ${title}`}
        centered
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <Stack>
          {isFetching && !data && <Waiting />}
          <RefusalAlert error={error} />
          {data && (
            <>
              <Text size="sm">
                {data.method} {data.url}
              </Text>
              <Code block tabIndex={0}>
                {JSON.stringify(data.shape, null, 2)}
              </Code>
              <Text size="sm" c="dimmed">
                Kinds stand in the place of values. It is built anew each time it is sent, so that the newest
                token goes.
              </Text>
            </>
          )}
        </Stack>
      </Modal>
    </>
  );
}
