import { Button, Group, Modal, Stack } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import type { QueryKey } from '@tanstack/react-query';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { AppKey } from '../../../src/lib/http/app-keys.ts';
import { ask, Refusal } from '../../lib/api.ts';
import { useWrite } from '../../lib/use-write.ts';
import { RefusalAlert } from '../refusal-alert.tsx';
import { changesIn, type Draft } from './draft.ts';
import { KeyField } from './key-field.tsx';

/** An app with keys, as either role answers it. */
export interface KeyedApp {
  readonly slug: string;
  readonly name: string;
  readonly fields: readonly AppKey[];
}

interface Editing {
  readonly app: KeyedApp;
  /** What is said above the fields. */
  readonly children: ReactNode;
  /** What is changed with the keys, even where no key is. */
  readonly also?: Readonly<Record<string, unknown>> | null;
  /** What the button says, and what is said when it is done. */
  readonly action: string;
  readonly done: string;
  /** The beginnings of the query keys that are stale afterwards. */
  readonly changes: readonly QueryKey[];
  readonly onClose: () => void;
}

/** The keys of an app in a dialog; what was typed goes when it is closed. */
export function KeysDialog({
  app,
  opened,
  onClose,
  ...editing
}: Omit<Editing, 'app'> & { app: KeyedApp | null; opened: boolean }) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={`Keys of ${app?.name}`}
      size="lg"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {app && <KeysForm app={app} onClose={onClose} {...editing} />}
    </Modal>
  );
}

/** Keys that are no secret are shown, a secret is only replaced. */
function KeysForm({ app, children, also = null, action, done, changes, onClose }: Editing) {
  const { slug, fields } = app;
  const [draft, setDraft] = useState<Draft>({});
  const form = useRef<HTMLFormElement>(null);
  const save = useWrite(
    () =>
      ask('PATCH', `/api/keyferry/v1/apps/${slug}`, {
        body: { keys: changesIn(fields, draft), ...also },
      }),
    {
      changes,
      done() {
        notifications.show({ message: done });
        onClose();
      },
    },
  );
  const faults = save.error instanceof Refusal ? save.error.fields : {};
  useEffect(() => {
    if (save.error)
      form.current?.querySelector<HTMLElement>(':is(input, select)[aria-invalid="true"]')?.focus();
  }, [save.error]);

  return (
    <form
      ref={form}
      noValidate
      autoComplete="off"
      onSubmit={event => {
        event.preventDefault();
        if (also !== null || Object.keys(changesIn(fields, draft)).length > 0) save.mutate(undefined);
        else onClose();
      }}
    >
      <Stack>
        {children}
        {fields.map((field, index) => (
          <KeyField
            key={field.name}
            field={field}
            first={index === 0}
            draft={draft}
            fault={faults[field.name] ?? null}
            onChange={value => setDraft(before => ({ ...before, [field.name]: value }))}
          />
        ))}
        {Object.keys(faults).length === 0 && <RefusalAlert error={save.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={save.isPending}>
            {action}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
