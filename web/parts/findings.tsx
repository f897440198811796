import { Group, Stack, Text } from '@mantine/core';
import type { Finding } from '../../src/lib/doctor/index.ts';
import { Status, type StatusLook } from './status.tsx';

const LOOKS: Readonly<Record<Finding['verdict'], StatusLook>> = {
  ok: { label: 'OK', colour: 'teal' },
  warning: { label: 'Look at it', colour: 'yellow' },
  failed: { label: 'Failed', colour: 'red' },
  'not possible': { label: 'Cannot be told', colour: 'gray' },
};

/** What a doctor found, with the remedies. */
export function Findings({ findings }: { findings: readonly Finding[] }) {
  return (
    <Stack gap="sm">
      {findings.map(({ check, verdict, detail, remedy }, at) => (
        <Group key={`${check}-${at.toString()}`} align="flex-start" wrap="nowrap" gap="sm">
          <Status look={LOOKS[verdict]} />
          <div>
            <Text>
              <Text span fw={600}>
                {check}
              </Text>
              : {detail}
            </Text>
            {remedy !== null && (
              <Text size="sm" c="dimmed">
                {remedy}
              </Text>
            )}
          </div>
        </Group>
      ))}
    </Stack>
  );
}
