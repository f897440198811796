import { Button, Group, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useLocation } from 'wouter';
import { ask } from '../../lib/api.ts';
import { useWrite } from '../../lib/use-write.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { RefusalAlert } from '../../parts/refusal-alert.tsx';
import type { Connection } from '../shapes.ts';

interface Disconnected {
  readonly revoked: boolean;
  readonly reason: string | null;
}

/** What the operator can do with a connection: send it again, refresh it, or end it. */
export function ConnectionActions({
  connection: { id, externalUserId },
  name,
}: {
  connection: Connection;
  name: string;
}) {
  const path = `/api/keyferry/v1/connections/${id}`;
  const [, go] = useLocation();
  const [asking, { open, close }] = useDisclosure();
  const push = useWrite(() => ask('POST', `${path}/deliver`), {
    changes: [[path]],
    done: () => notifications.show({ message: 'It is sent again now.' }),
  });
  const refresh = useWrite(() => ask('POST', `${path}/refresh`), {
    changes: [[path]],
    done: () => notifications.show({ message: 'It is refreshed, and the new token is sent.' }),
  });
  const disconnect = useWrite(() => ask<Disconnected>('DELETE', path), {
    changes: [['/api/keyferry/v1/connections', 'list']],
    done({ revoked, reason }) {
      notifications.show({
        message: revoked
          ? 'Disconnected, and revoked at the provider.'
          : `Disconnected; the provider did not revoke it${reason === null ? '' : `: ${reason}`}.`,
      });
      go('/connections');
    },
  });
  return (
    <>
      <RefusalAlert error={refresh.error} />
      <Group>
        <Button variant="default" loading={push.isPending} onClick={() => push.mutate(undefined)}>
          Push again
        </Button>
        <Button variant="default" loading={refresh.isPending} onClick={() => refresh.mutate(undefined)}>
          Refresh now
        </Button>
        <Button variant="light" color="red" onClick={open}>
          Disconnect
        </Button>
        <Confirm
          opened={asking}
          title={`Disconnect ${name} of ${externalUserId}?`}
          action="Disconnect"
          busy={disconnect.isPending}
          error={disconnect.error}
          onConfirm={() => disconnect.mutate(undefined)}
          onClose={close}
        >
          <Text>
            The grant is revoked at the provider where that is possible, deleted here, and the instance is
            told to delete it. The user can connect again at any time.
          </Text>
        </Confirm>
      </Group>
    </>
  );
}
