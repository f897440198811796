import { Anchor, Button, Code, Group, Modal, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconExternalLink } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import type { AdminApp } from '../../../src/instance/http/apps.ts';
import { ask, Refusal } from '../../lib/api.ts';
import { useWrite } from '../../lib/use-write.ts';
import { Copy } from '../../parts/copy.tsx';
import { RefusalAlert } from '../../parts/refusal-alert.tsx';
import { APPS, COMPARISON } from './asked.ts';
import { type Comparison, VerdictNote } from './comparison.tsx';
import { changesIn, type Draft } from './draft.ts';
import { KeyField } from './key-field.tsx';

interface Editing {
  readonly app: AdminApp;
  /** Whether saving enables the app: it was switched on without its keys. */
  readonly enable: boolean;
  readonly comparison: Comparison;
  readonly onClose: () => void;
}

/** The keys of an app in a dialog; what was typed goes when it is closed. */
export function KeysDialog({
  app,
  opened,
  onClose,
  ...editing
}: Omit<Editing, 'app'> & { app: AdminApp | null; opened: boolean }) {
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
function KeysForm({ app, enable, comparison, onClose }: Editing) {
  const { slug, name, fields, kind } = app;
  const [draft, setDraft] = useState<Draft>({});
  const form = useRef<HTMLFormElement>(null);
  const save = useWrite(
    () =>
      ask<AdminApp>('PATCH', `/api/keyferry/v1/apps/${slug}`, {
        body: { keys: changesIn(fields, draft), ...(enable ? { enabled: true } : {}) },
      }),
    {
      changes: [APPS, COMPARISON],
      done() {
        notifications.show({
          message: enable ? `${name} is enabled.` : `The keys of ${name} are saved.`,
        });
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
        if (enable || Object.keys(changesIn(fields, draft)).length > 0) save.mutate(undefined);
        else onClose();
      }}
    >
      <Stack>
        {enable && <Text size="sm">{name} needs these keys before anybody can use it.</Text>}
        <Origin app={app} />
        {kind === 'oauth2' && <RedirectUri comparison={comparison} />}
        <VerdictNote verdict={comparison.verdicts.get(slug) ?? null} name={name} />
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
            {enable ? 'Save and enable' : 'Save'}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** Where the keys come from. */
function Origin({ app: { name, kind, keysAt } }: { app: AdminApp }) {
  return (
    <Text size="sm">
      {kind === 'oauth2'
        ? 'Enter the same client ID and secret as at the platform, where users connect the app.'
        : 'These keys serve every user of this instance.'}{' '}
      {keysAt !== null && (
        <>
          {name} gives them at{' '}
          <Anchor href={keysAt} target="_blank" rel="noreferrer" inherit>
            {new URL(keysAt).host}
            <IconExternalLink size={14} role="img" aria-label="(opens a new tab)" style={{ marginLeft: 2 }} />
          </Anchor>
          .
        </>
      )}
    </Text>
  );
}

/** What the provider must know: users come back to the platform, not to this instance. */
function RedirectUri({ comparison: { redirectUri } }: { comparison: Comparison }) {
  if (redirectUri === null) {
    return (
      <Text size="sm">
        As redirect URL enter the platform's at the provider; its operator has it. This instance needs none.
      </Text>
    );
  }
  return (
    <div>
      <Text size="sm">Redirect URL to enter at the provider: users come back to the platform.</Text>
      <Group gap={4} wrap="nowrap">
        <Code style={{ overflowWrap: 'anywhere' }}>{redirectUri}</Code>
        <Copy value={redirectUri} label="Copy the redirect URL" />
      </Group>
    </div>
  );
}
