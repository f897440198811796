import { Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useState } from 'react';
import { ask } from '../../lib/api.ts';
import { useWrite } from '../../lib/use-write.ts';
import { RefusalAlert } from '../../parts/refusal-alert.tsx';
import { type Made, OPERATORS } from './operator.ts';

/** Adds somebody, who gets a one-time password. */
export function AddOperator({ onMade }: { onMade: (made: Made) => void }) {
  const [opened, { open, close }] = useDisclosure();
  const [email, setEmail] = useState('');
  const [name, setName] = useState('');
  const add = useWrite(
    () => ask<Made>('POST', OPERATORS, { body: { email, name: name === '' ? null : name } }),
    {
      changes: [[OPERATORS]],
      done(made) {
        setEmail('');
        setName('');
        close();
        onMade(made);
      },
    },
  );
  return (
    <>
      <Button onClick={open}>Add an operator</Button>
      <Modal
        opened={opened}
        onClose={close}
        title="Add an operator"
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
