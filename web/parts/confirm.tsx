import { Button, Group, Modal, Stack } from '@mantine/core';
import type { ReactNode } from 'react';
import { RefusalAlert } from './refusal-alert.tsx';

/** Asks before something that others will feel. The focus goes to the dialog and back to what opened it. */
export function Confirm({
  opened,
  title,
  children,
  action,
  danger = true,
  busy,
  error,
  onConfirm,
  onClose,
}: {
  opened: boolean;
  title: string;
  children: ReactNode;
  /** What the button says it does: "Disable Zoom". */
  action: string;
  danger?: boolean;
  busy: boolean;
  error: unknown;
  onConfirm: () => void;
  onClose: () => void;
}) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={title}
      centered
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Stack>
        {children}
        <RefusalAlert error={error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            Cancel
          </Button>
          <Button color={danger ? 'red' : 'teal'} loading={busy} onClick={onConfirm}>
            {action}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
