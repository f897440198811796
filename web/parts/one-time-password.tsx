import { Alert, Code, Group, Modal, Stack, Text } from '@mantine/core';
import { Copy } from './copy.tsx';

/** Shows a password that the server tells only this once. */
export function OneTimePassword({
  email,
  password,
  onClose,
}: {
  email: string;
  /** Null while there is none to show. */
  password: string | null;
  onClose: () => void;
}) {
  return (
    <Modal
      opened={password !== null}
      onClose={onClose}
      title={`One-time password for ${email}`}
      centered
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Stack>
        <Group>
          <Code fz="lg">{password}</Code>
          <Copy value={password ?? ''} label="Copy the password" wide />
        </Group>
        <Alert variant="light" color="yellow" title="It is shown this once">
          <Text size="sm">
            Hand it to its owner in a way that you trust. It signs in one time, within 24 hours, and a
            password of their own must be chosen then.
          </Text>
        </Alert>
      </Stack>
    </Modal>
  );
}
