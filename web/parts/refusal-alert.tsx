import { Alert, Button, Code, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { Refusal } from '../lib/api.ts';

/** Why something failed, and what to do about it. */
export function RefusalAlert({ error, again }: { error: unknown; again?: () => unknown }) {
  if (error === null || error === undefined) return null;
  const { message, remedy, code }: Told = error instanceof Refusal ? error : FAULT;
  return (
    <Alert role="alert" color="red" variant="light" icon={<IconAlertTriangle aria-hidden />} title={message}>
      <Stack gap="xs" align="flex-start">
        {remedy !== null && <Text size="sm">{remedy}</Text>}
        <Text size="xs">
          Code: <Code>{code}</Code>
        </Text>
        {again && (
          <Button size="xs" variant="default" onClick={() => void again()}>
            Try again
          </Button>
        )}
      </Stack>
    </Alert>
  );
}

type Told = Pick<Refusal, 'message' | 'remedy' | 'code'>;

const FAULT: Told = {
  message: 'This page has a fault.',
  remedy: 'Reload it; if it stays, report it.',
  code: 'page_fault',
};
