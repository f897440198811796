import { Button, Group, Paper, Stack, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { Finding } from '../../src/lib/doctor/index.ts';
import type { Settings } from '../../src/lib/http/settings.ts';
import { ask } from '../lib/api.ts';
import { useWrite } from '../lib/use-write.ts';
import { Facts } from './facts.tsx';
import { Findings } from './findings.tsx';
import { Waiting } from './list.tsx';
import { Page } from './page.tsx';
import { RefusalAlert } from './refusal-alert.tsx';
import { SealingKeys } from './sealing-keys.tsx';

const SETTINGS = '/api/keyferry/v1/settings';

/** What is in force on this role, and what its doctor says. */
export function SettingsPage() {
  const { data, error, isPending, refetch } = useQuery({
    queryKey: [SETTINGS],
    queryFn: () => ask<Settings>('GET', SETTINGS),
  });
  return (
    <Page
      title="Settings"
      about="What is in force here, and from where. Values that are secrets are never shown."
    >
      <Doctor />
      {isPending && <Waiting />}
      <RefusalAlert error={error} again={refetch} />
      {data && (
        <>
          <Paper withBorder p="md">
            <Facts
              facts={[
                ['Version', data.version],
                ['Address', data.publicUrl],
                ['Database', data.engine === 'sqlite' ? 'SQLite' : 'PostgreSQL'],
              ]}
            />
          </Paper>
          <SealingKeys keys={data.sealing} asOf={data.asOf} />
          <Variables variables={data.variables} />
        </>
      )}
    </Page>
  );
}

function Doctor() {
  const examine = useWrite(() => ask<{ findings: Finding[] }>('POST', '/api/keyferry/v1/doctor'));
  return (
    <Paper withBorder p="md">
      <Stack>
        <Group justify="space-between">
          <Title order={2} size="h4">
            Doctor
          </Title>
          <Button variant="default" loading={examine.isPending} onClick={() => examine.mutate(undefined)}>
            Examine now
          </Button>
        </Group>
        <RefusalAlert error={examine.error} />
        {examine.data ? (
          <Findings findings={examine.data.findings} />
        ) : (
          <Text size="sm" c="dimmed">
            Looks at the database, and asks the other side whether secret, key, apps and clock agree.
          </Text>
        )}
      </Stack>
    </Paper>
  );
}

function Variables({ variables }: Pick<Settings, 'variables'>) {
  return (
    <Paper withBorder p="md">
      <Title order={2} size="h4" mb="sm">
        Variables
      </Title>
      <Table.ScrollContainer minWidth={480} type="native" tabIndex={0} role="region" aria-label="Variables">
        <Table verticalSpacing="xs">
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">Name</Table.Th>
              <Table.Th scope="col">Value</Table.Th>
              <Table.Th scope="col">From</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {variables.map(({ name, set, value, source }) => (
              <Table.Tr key={name}>
                <Table.Td ff="monospace">{name}</Table.Td>
                <Table.Td>{set ? (value ?? 'set, not shown') : <Text c="dimmed">not set</Text>}</Table.Td>
                <Table.Td>{source ?? ''}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {variables.length === 0 && (
        <Text size="sm" c="dimmed">
          This server was given its configuration by the program that embeds it.
        </Text>
      )}
    </Paper>
  );
}
