import { Anchor, Box, Button, Group, Paper, Text, Title } from '@mantine/core';
import { IconKey } from '@tabler/icons-react';
import { Link } from 'wouter';
import type { Verdict } from '../../../src/lib/http/app-keys.ts';
import { Logo } from '../../parts/logo.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { Status, type StatusLook } from '../../parts/status.tsx';
import { Time } from '../../parts/time.tsx';
import { usage } from '../../parts/usage.ts';
import type { PlatformApp } from '../shapes.ts';
import { type KeysState, keysState, kindName, secretEnd } from './select.ts';

const LOOKS: Readonly<Record<KeysState, StatusLook | null>> = {
  none: null,
  set: { label: 'Keys set', colour: 'teal' },
  missing: { label: 'Keys missing', colour: 'orange' },
  refused: { label: 'Client refused', colour: 'red' },
  untried: { label: 'New keys, not tried yet', colour: 'blue' },
};

const NO_KEYS: StatusLook = { label: 'No keys', colour: 'gray' };

/** One app: how users connect it, how many did, and how it is with its keys. */
export function AppRow({
  app,
  verdict,
  onKeys,
}: {
  app: PlatformApp;
  verdict: Verdict | null;
  onKeys: () => void;
}) {
  const { slug, name, held, notDeliverable } = app;
  const state = keysState(app);
  // What nobody uses needs no attention.
  const look = state === 'missing' && held === 0 ? NO_KEYS : LOOKS[state];
  const end = secretEnd(app);
  return (
    <Paper component="li" withBorder p="sm">
      <Group justify="space-between" gap="sm">
        <Group gap="sm" wrap="nowrap" align="flex-start" style={{ flex: '1 1 270px', minWidth: 0 }}>
          <Logo slug={slug} name={name} />
          <Box miw={0}>
            <Group gap="xs">
              <Title order={2} size="h5">
                {name}
              </Title>
              {look && <Status look={look} />}
              {verdict?.verdict === 'differs' && (
                <Status look={{ label: 'Keys differ from the instance', colour: 'red' }} />
              )}
            </Group>
            <Text size="sm" c="dimmed">
              {kindName(app)}
              {state === 'none' && '; it needs no keys'}
            </Text>
            <Text size="sm" {...(held === 0 ? { c: 'dimmed' } : {})}>
              {held === 0 ? (
                usage(app, 'connection')
              ) : (
                <Anchor component={Link} href={`/connections?app=${slug}`} inherit>
                  {usage(app, 'connection')}
                </Anchor>
              )}
              {end !== null && (
                <>
                  {' · client secret ends '}
                  <Time at={end} />
                </>
              )}
            </Text>
            {state === 'refused' && <ProblemNote code="provider_client_refused" />}
            {notDeliverable !== null && (
              <Text size="sm">It cannot be delivered: {notDeliverable}. Set it and start again.</Text>
            )}
          </Box>
        </Group>
        {app.fields.length > 0 && (
          <Button
            ml="auto"
            size="xs"
            variant="default"
            leftSection={<IconKey size={14} aria-hidden />}
            aria-label={`Keys of ${name}`}
            onClick={onKeys}
          >
            Keys
          </Button>
        )}
      </Group>
    </Paper>
  );
}
