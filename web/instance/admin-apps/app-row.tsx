import { Box, Button, Group, Paper, Switch, Text, Title } from '@mantine/core';
import { IconKey } from '@tabler/icons-react';
import type { AdminApp } from '../../../src/instance/http/apps.ts';
import type { Verdict } from '../../../src/lib/http/app-keys.ts';
import { Logo } from '../../parts/logo.tsx';
import { Status } from '../../parts/status.tsx';
import { usage } from '../../parts/usage.ts';

/** One app: what it is, how it is used, its keys and its switch. */
export function AppRow({
  app,
  verdict,
  busy,
  onToggle,
  onKeys,
}: {
  app: AdminApp;
  verdict: Verdict | null;
  busy: boolean;
  onToggle: () => void;
  onKeys: () => void;
}) {
  const { slug, name, description, enabled, keysMissing, fields, held, troubled } = app;
  return (
    <Paper component="li" withBorder p="sm">
      <Group justify="space-between" gap="sm">
        <Group gap="sm" wrap="nowrap" align="flex-start" style={{ flex: '1 1 230px', minWidth: 0 }}>
          <Logo slug={slug} name={name} />
          <Box miw={0}>
            <Group gap="xs">
              <Title order={2} size="h5">
                {name}
              </Title>
              {keysMissing && (enabled || held > 0) && (
                <Status look={{ label: 'Keys missing', colour: 'orange' }} />
              )}
              {verdict?.verdict === 'differs' && (
                <Status look={{ label: 'Keys differ from the platform', colour: 'red' }} />
              )}
              {troubled > 0 && <Status look={{ label: 'In trouble', colour: 'red' }} />}
            </Group>
            <Text size="sm" c="dimmed">
              {description}
            </Text>
            <Text size="sm" {...(held === 0 ? { c: 'dimmed' } : {})}>
              {usage({ held, troubled }, 'user')}
            </Text>
          </Box>
        </Group>
        <Group gap="md" wrap="nowrap" ml="auto">
          {fields.length > 0 && (
            <Button
              size="xs"
              variant="default"
              leftSection={<IconKey size={14} aria-hidden />}
              aria-label={`Keys of ${name}`}
              onClick={onKeys}
            >
              Keys
            </Button>
          )}
          <Switch
            size="md"
            checked={enabled}
            disabled={busy}
            onChange={onToggle}
            aria-label={`${name} is enabled`}
          />
        </Group>
      </Group>
    </Paper>
  );
}
