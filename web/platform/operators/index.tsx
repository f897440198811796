import { Button, Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../../lib/api.ts';
import { useWrite } from '../../lib/use-write.ts';
import { AddPerson } from '../../parts/add-person.tsx';
import { Confirm } from '../../parts/confirm.tsx';
import { type Column, List } from '../../parts/list.tsx';
import { OneTimePassword } from '../../parts/one-time-password.tsx';
import { Page } from '../../parts/page.tsx';
import { Person } from '../../parts/person.tsx';
import { RefusalAlert } from '../../parts/refusal-alert.tsx';
import { Status } from '../../parts/status.tsx';
import { Time } from '../../parts/time.tsx';
import { type Made, OPERATORS, type Operator, stateOf } from './operator.ts';

/** Who may sign in at the desk. */
export default function Operators() {
  const [made, setMade] = useState<Made | null>(null);
  const [leaving, setLeaving] = useState<Operator | null>(null);
  const changes = [[OPERATORS]];
  const { data, ...asked } = useQuery({
    queryKey: [OPERATORS],
    queryFn: () => ask<{ operators: Operator[] }>('GET', OPERATORS),
  });
  const lock = useWrite(
    ({ id, locked }: Operator) => ask('PATCH', `${OPERATORS}/${id}`, { body: { locked: !locked } }),
    {
      changes,
    },
  );
  const renew = useWrite(({ id }: Operator) => ask<Made>('POST', `${OPERATORS}/${id}/one-time-password`), {
    changes,
    done: ({ password }, { email }) => setMade({ password, operator: { email } }),
  });
  const remove = useWrite(({ id }: Operator) => ask('DELETE', `${OPERATORS}/${id}`), {
    changes,
    done: () => setLeaving(null),
  });
  const columns: Column<Operator>[] = [
    {
      title: 'Operator',
      cell: ({ email, name }) => <Person name={name} email={email} />,
    },
    { title: 'State', cell: operator => <Status look={stateOf(operator)} /> },
    { title: 'Added', cell: ({ createdAt }) => <Time at={createdAt} /> },
    {
      title: 'Actions',
      quiet: true,
      cell: operator => (
        <Group gap="xs" wrap="nowrap">
          <Button size="xs" variant="default" onClick={() => renew.mutate(operator)}>
            New one-time password
          </Button>
          <Button size="xs" variant="default" onClick={() => lock.mutate(operator)}>
            {operator.locked ? 'Unlock' : 'Lock'}
          </Button>
          <Button size="xs" variant="light" color="red" onClick={() => setLeaving(operator)}>
            Remove
          </Button>
        </Group>
      ),
    },
  ];
  const items = data?.operators ?? [];
  const list = {
    ...{ items, total: items.length, isPending: asked.isPending, error: asked.error, refetch: asked.refetch },
    ...{ hasNextPage: false, isFetchingNextPage: false, fetchNextPage: () => null },
  };
  return (
    <Page
      title="Operators"
      about="Who may sign in here."
      aside={<AddPerson<Made> title="Add an operator" path={OPERATORS} onAdded={setMade} />}
    >
      <RefusalAlert error={lock.error ?? renew.error} />
      <List list={list} caption="Operators" columns={columns} keyOf={({ id }) => id} empty={null} />
      <OneTimePassword
        email={made?.operator.email ?? ''}
        password={made?.password ?? null}
        onClose={() => setMade(null)}
      />
      <Confirm
        opened={leaving !== null}
        title={`Remove ${leaving?.email ?? ''}?`}
        action="Remove"
        busy={remove.isPending}
        error={remove.error}
        onConfirm={() => leaving && remove.mutate(leaving)}
        onClose={() => setLeaving(null)}
      >
        <Text>They are signed out at once and cannot come back. What they did stays in the history.</Text>
      </Confirm>
    </Page>
  );
}
