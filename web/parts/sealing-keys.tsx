import { Group, Paper, Stack, Text, Title } from '@mantine/core';
import type { Settings } from '../../src/lib/http/settings.ts';
import { AsOf } from './as-of.tsx';
import { Status, type StatusLook } from './status.tsx';

type Key = Settings['sealing'][number];

/** How far a rotation of the sealing keys is. */
export function SealingKeys({ keys, asOf }: { keys: readonly Key[]; asOf: number | null }) {
  return (
    <Paper withBorder p="md">
      <Stack gap="sm">
        <Title order={2} size="h4">
          Sealing keys
        </Title>
        <AsOf at={asOf} />
        {keys.map(key => (
          <Group key={key.id} gap="sm">
            <Status look={lookOf(key)} />
            <Text>
              <Text span ff="monospace">
                {key.id}
              </Text>
              : {key.values === 1 ? '1 stored secret' : `${key.values.toLocaleString()} stored secrets`}
            </Text>
            <Text size="sm" c="dimmed">
              {adviceOn(key)}
            </Text>
          </Group>
        ))}
      </Stack>
    </Paper>
  );
}

function lookOf({ seals, known, values }: Key): StatusLook {
  if (!known) return { label: 'Missing', colour: 'red' };
  if (seals) return { label: 'Seals', colour: 'teal' };
  return values === 0 ? { label: 'Free', colour: 'gray' } : { label: 'Opens', colour: 'blue' };
}

function adviceOn({ seals, known, values }: Key): string {
  if (!known) return 'Put this key back into KEYFERRY_ENCRYPTION_KEYS: what it sealed cannot be opened.';
  if (seals) return 'New secrets are sealed with it.';
  return values === 0
    ? 'It has sealed nothing any more and may be taken out of KEYFERRY_ENCRYPTION_KEYS.'
    : 'Keep it in KEYFERRY_ENCRYPTION_KEYS: it still opens these.';
}
