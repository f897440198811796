import { Button, Group, Modal, Stack } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useState } from 'react';
import { ask } from '../lib/api.ts';
import { useWrite } from '../lib/use-write.ts';
import { EmailField, Field } from './field.tsx';
import { RefusalAlert } from './refusal-alert.tsx';

/**
 * A button, and the dialog that adds somebody.
 * @param title what both say: "Add a user"
 * @param path the list that gets one more
 */
export function AddPerson<Added>({
  title,
  path,
  onAdded,
}: {
  title: string;
  path: string;
  onAdded: (added: Added) => void;
}) {
  const [opened, { open, close }] = useDisclosure();
  const [email, setEmail] = useState('');
  const [name, setName] = useState('');
  const add = useWrite(() => ask<Added>('POST', path, { body: { email, name: name === '' ? null : name } }), {
    changes: [[path]],
    done(added) {
      setEmail('');
      setName('');
      close();
      onAdded(added);
    },
  });
  return (
    <>
      <Button onClick={open}>{title}</Button>
      <Modal
        opened={opened}
        onClose={close}
        title={title}
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
            <EmailField value={email} onChange={setEmail} first />
            <Field label="Name" value={name} onChange={setName} />
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
