import { Button, Group, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import type { User } from '../../../src/instance/http/users.ts';
import { ask } from '../../lib/api.ts';
import { useFilter } from '../../lib/use-filter.ts';
import { useList } from '../../lib/use-list.ts';
import { useWrite } from '../../lib/use-write.ts';
import { AddPerson } from '../../parts/add-person.tsx';
import { Copy } from '../../parts/copy.tsx';
import { Empty } from '../../parts/empty.tsx';
import { type Column, List } from '../../parts/list.tsx';
import { OneTimePassword } from '../../parts/one-time-password.tsx';
import { Page } from '../../parts/page.tsx';
import { Person } from '../../parts/person.tsx';
import { RefusalAlert } from '../../parts/refusal-alert.tsx';
import { SearchField } from '../../parts/search-field.tsx';
import { Status } from '../../parts/status.tsx';
import { stateOf, USERS } from './user.ts';
import { UserMenu } from './user-menu.tsx';

/** Who is here, and the ids that a platform pushes to. */
export default function Users() {
  const [q, setQ] = useFilter('q');
  const [made, setMade] = useState<{ email: string; password: string } | null>(null);
  const list = useList<User>(USERS, 'users', { q, limit: 50 });
  const change = useWrite(
    ({ id, ...body }: Pick<User, 'id'> & Partial<Pick<User, 'role' | 'locked'>>) =>
      ask('PATCH', `${USERS}/${id}`, { body }),
    { changes: [[USERS, 'list']] },
  );
  const renew = useWrite(
    ({ id }: User) => ask<{ password: string }>('POST', `/api/keyferry/v1/users/${id}/one-time-password`),
    { changes: [[USERS, 'list']], done: ({ password }, { email }) => setMade({ email, password }) },
  );
  const columns: Column<User>[] = [
    {
      title: 'Id',
      cell: ({ id, email }) => (
        <Group gap={4} wrap="nowrap">
          <Text size="sm">{id}</Text>
          <Copy value={String(id)} label={`Copy the id of ${email}`} />
        </Group>
      ),
    },
    {
      title: 'User',
      cell: ({ name, email }) => <Person name={name} email={email} />,
    },
    { title: 'Role', cell: ({ role }) => (role === 'ADMIN' ? 'Administrator' : 'User') },
    { title: 'State', cell: user => <Status look={stateOf(user)} /> },
    {
      title: 'Actions',
      quiet: true,
      cell: user => (
        <UserMenu
          user={user}
          onChange={changes => change.mutate({ id: user.id, ...changes })}
          onPassword={() => renew.mutate(user)}
        />
      ),
    },
  ];
  return (
    <Page
      title="Users"
      about="A platform pushes to the id of a user; POST /api/v1/users makes them too."
      aside={
        <AddPerson<{ user: User }>
          title="Add a user"
          path={USERS}
          onAdded={({ user }) =>
            notifications.show({ message: `${user.email} is added with the id ${user.id}.` })
          }
        />
      }
    >
      <Group>
        <SearchField label="Name, e-mail or id" value={q} onSearch={setQ} />
      </Group>
      <RefusalAlert error={change.error ?? renew.error} />
      <List
        list={list}
        caption="Users"
        columns={columns}
        keyOf={({ id }) => id}
        empty={
          <Empty title="Nobody matches">
            <Button variant="default" onClick={() => setQ('')}>
              Show all users
            </Button>
          </Empty>
        }
      />
      <OneTimePassword
        email={made?.email ?? ''}
        password={made?.password ?? null}
        onClose={() => setMade(null)}
      />
    </Page>
  );
}
