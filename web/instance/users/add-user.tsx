import { Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import type { User } from '../../../src/instance/http/users.ts';
import { ask } from '../../lib/api.ts';
import { useWrite } from '../../lib/use-write.ts';
import { RefusalAlert } from '../../parts/refusal-alert.tsx';
import { USERS } from './user.ts';

/** Adds a user; the platform can push to the new id at once. */
export function AddUser() {
  const [opened, { open, close }] = useDisclosure();
  const [email, setEmail] = useState('');
  const [name, setName] = useState('');
  const add = useWrite(
    () => ask<{ user: User }>('POST', USERS, { body: { email, name: name === '' ? null : name } }),
    {
      changes: [[USERS, 'list']],
      done({ user }) {
        setEmail('');
        setName('');
        close();
        notifications.show({ message: `${user.email} is added with the id ${user.id}.` });
      },
    },
  );
  return (
    <>
      <Button onClick={open}>Add a user</Button>
      <Modal
        opened={opened}
        onClose={close}
        title="Add a user"
        centered
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <form
          onSubmit={event => {
            event.preventDefault();
            add.mutate(undefined);
          }}
        >
          <Stack>
            <TextInput
              label="E-mail"
              type="email"
              required
              data-autofocus
              value={email}
              onChange={event => setEmail(event.currentTarget.value)}
            />
            <TextInput label="Name" value={name} onChange={event => setName(event.currentTarget.value)} />
            <RefusalAlert error={add.error} />
            <Group justify="flex-end">
              <Button variant="default" onClick={close}>
                Cancel
              </Button>
              <Button type="submit" loading={add.isPending}>
                Add
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  );
}
