import { Alert, Anchor, Code, Group, Paper, Stack, Text, Title } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { OwnApp, OwnApps } from '../../../src/instance/http/me.ts';
import { categoryName } from '../../parts/categories.ts';
import { Empty } from '../../parts/empty.tsx';
import { Waiting } from '../../parts/list.tsx';
import { Logo } from '../../parts/logo.tsx';
import { Page } from '../../parts/page.tsx';
import { RefusalAlert } from '../../parts/refusal-alert.tsx';
import { Status } from '../../parts/status.tsx';
import { ConnectAction } from '../connect-action.tsx';
import { holdingOf, isConnected, stateOf } from '../own-apps.ts';
import { Provenance } from '../provenance.tsx';

/** The page of one app: what it does, what it holds, whether one has it and through whom. */
export function AppPage({ slug, asked }: { slug: string; asked: UseQueryResult<OwnApps> }) {
  if (asked.isPending) return <Waiting />;
  if (asked.data === undefined) return <RefusalAlert error={asked.error} again={asked.refetch} />;
  const { apps, platform } = asked.data;
  const app = apps.find(one => one.slug === slug);
  if (app === undefined) return <NotEnabled />;
  const { name, description, categories, kind, asks } = app;
  return (
    <Page
      title={name}
      about={categories.map(categoryName).join(', ')}
      aside={<Logo slug={slug} name={name} />}
    >
      <BackToStore />
      <Text>{description}</Text>
      {isConnected(kind) && <Connection app={app} platform={platform} />}
      <Paper withBorder p="md">
        <Stack gap="xs">
          <Title order={2} size="h4">
            What it holds
          </Title>
          <Text>{holdingOf(kind)}</Text>
          {asks.length > 0 && (
            <>
              <Text size="sm">{kind === 'oauth2' ? 'It asks for the scopes:' : 'You enter:'}</Text>
              <Group component="ul" gap={6} m={0} p={0} style={{ listStyle: 'none' }}>
                {asks.map(one => (
                  <li key={one}>
                    <Code style={{ overflowWrap: 'anywhere' }}>{one}</Code>
                  </li>
                ))}
              </Group>
            </>
          )}
        </Stack>
      </Paper>
    </Page>
  );
}

function Connection({ app, platform }: { app: OwnApp; platform: string | null }) {
  const { name, credential, connectUrl } = app;
  if (credential === null) {
    return (
      <Paper withBorder p="md">
        <Stack gap="xs" align="flex-start">
          <Title order={2} size="h4">
            Not connected
          </Title>
          <Text>You connect {name} on the platform; then it appears here by itself.</Text>
          <ConnectAction name={name} connectUrl={connectUrl} platform={platform} again={false} />
        </Stack>
      </Paper>
    );
  }
  const { look, trouble, reconnect } = stateOf(credential, name);
  return (
    <Paper withBorder p="md">
      <Stack gap="xs" align="flex-start">
        <Group gap="xs">
          <Title order={2} size="h4">
            Your connection
          </Title>
          <Status look={look} />
        </Group>
        <Provenance credential={credential} platform={platform} />
        {trouble !== null && (
          <Alert color={look.colour} variant="light" w="100%">
            {trouble}
          </Alert>
        )}
        {(reconnect || connectUrl !== null) && (
          <ConnectAction
            name={name}
            connectUrl={connectUrl}
            platform={platform}
            again={reconnect}
            quiet={!reconnect}
          />
        )}
      </Stack>
    </Paper>
  );
}

function NotEnabled() {
  return (
    <Page title="This app is not here">
      <BackToStore />
      <Empty title="It is not enabled on this instance">
        Ask an administrator to enable it. What you have connected is kept meanwhile.
      </Empty>
    </Page>
  );
}

function BackToStore() {
  return (
    <Anchor component={Link} href="/apps" size="sm">
      Back to the app store
    </Anchor>
  );
}
