import { List, Loader, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQuery } from '@tanstack/react-query';
import type { AdminApp, Affected } from '../../../src/instance/http/apps.ts';
import { ask } from '../../lib/api.ts';
import { useWrite } from '../../lib/use-write.ts';
import { AsOf } from '../../parts/as-of.tsx';
import { Confirm } from '../../parts/confirm.tsx';
import { APPS } from '../../parts/use-apps.ts';

/** Says who is affected before an app is disabled. */
export function DisableDialog({
  app,
  opened,
  onClose,
}: {
  app: AdminApp | null;
  opened: boolean;
  onClose: () => void;
}) {
  const { slug = '', name = '' } = app ?? {};
  const affected = useQuery({
    queryKey: [...APPS, slug, 'affected'],
    queryFn: () => ask<Affected>('GET', `/api/keyferry/v1/apps/${slug}/affected`),
    enabled: opened,
    staleTime: 0,
  });
  const disable = useWrite(
    () => ask<AdminApp>('PATCH', `/api/keyferry/v1/apps/${slug}`, { body: { enabled: false } }),
    {
      changes: [[APPS]],
      done() {
        notifications.show({ message: `${name} is disabled.` });
        onClose();
      },
    },
  );
  return (
    <Confirm
      opened={opened}
      title={`Disable ${name}`}
      action={`Disable ${name}`}
      busy={disable.isPending || affected.isLoading}
      error={disable.error ?? affected.error}
      onConfirm={() => disable.mutate(undefined)}
      onClose={onClose}
    >
      {affected.isLoading && <Loader size="sm" aria-label="Counting who is affected" />}
      {affected.data && <Who {...affected.data} />}
      <Text size="sm">
        While it is disabled, no token is handed out and nothing is refreshed. What the platform sends is
        stored all the same, so that nothing is missing when it is enabled again.
      </Text>
    </Confirm>
  );
}

function Who({ count, asOf, users }: Affected) {
  if (users.length === 0) return <Text>Nobody has it: no user is affected.</Text>;
  return (
    <>
      <Text>
        {count === 1
          ? 'One user loses the use of it:'
          : `${count.toLocaleString('en')} users lose the use of it:`}
      </Text>
      <AsOf at={asOf} />
      <List size="sm">
        {users.map(({ id, email, name }) => (
          <List.Item key={id}>{name ? `${name} (${email})` : email}</List.Item>
        ))}
        {count > users.length && (
          <List.Item>and {(count - users.length).toLocaleString('en')} more</List.Item>
        )}
      </List>
    </>
  );
}
