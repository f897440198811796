import { Anchor, Box, Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from 'wouter';
import type { OwnCredentials, OwnCredentialView } from '../../../src/instance/http/me.ts';
import { ask } from '../../lib/api.ts';
import { categoryName, countCategories, isCategory } from '../../parts/categories.ts';
import { CategoryTabs } from '../../parts/category-tabs.tsx';
import { Empty } from '../../parts/empty.tsx';
import { Waiting } from '../../parts/list.tsx';
import { Logo } from '../../parts/logo.tsx';
import { NotFound } from '../../parts/not-found.tsx';
import { Page } from '../../parts/page.tsx';
import { RefusalAlert } from '../../parts/refusal-alert.tsx';
import { Status } from '../../parts/status.tsx';
import { ConnectAction } from '../connect-action.tsx';
import { OWN_CREDENTIALS, stateOf } from '../own-apps.ts';
import { Provenance } from '../provenance.tsx';

const EVERY_MS = 15_000;

/** What is connected for the user, and what to do where it is broken. */
export default function Installed() {
  const { category = '' } = useParams<{ category?: string }>();
  const asked = useQuery({
    queryKey: OWN_CREDENTIALS,
    queryFn: () => ask<OwnCredentials>('GET', '/api/me/credentials'),
    refetchInterval: EVERY_MS,
  });
  if (!isCategory(category)) return <NotFound />;
  const { credentials = [], platform = null } = asked.data ?? {};
  const shown = credentials.filter(({ categories }) => category === '' || categories.includes(category));
  return (
    <Page
      title="Your apps"
      about="What is connected for you. It comes from the platform, and is kept fresh there."
    >
      <CategoryTabs
        chosen={category}
        hideEmpty
        counts={countCategories(credentials)}
        hrefOf={name => `/apps/installed${name === '' ? '' : `/${name}`}`}
      />
      {asked.error && <RefusalAlert error={asked.error} again={asked.refetch} />}
      {asked.isPending && <Waiting />}
      {asked.data && shown.length === 0 && <Nothing category={category} />}
      <Stack component="ul" gap="xs" m={0} p={0} style={{ listStyle: 'none' }} aria-label="Your apps">
        {shown.map(credential => (
          <Connected key={credential.id} credential={credential} platform={platform} />
        ))}
      </Stack>
    </Page>
  );
}

function Connected({ credential, platform }: { credential: OwnCredentialView; platform: string | null }) {
  const { appSlug, appName, account, appEnabled, connectUrl } = credential;
  const { look, trouble, reconnect } = stateOf(credential, appName);
  return (
    <Paper component="li" withBorder p="sm">
      <Group gap="sm" wrap="nowrap" align="flex-start">
        <Logo slug={appSlug} name={appName} />
        <Stack gap={6} style={{ flex: 1, minWidth: 0 }} align="flex-start">
          <Group gap="xs">
            <Title order={2} size="h5">
              {appEnabled ? (
                <Anchor component={Link} href={`/apps/${appSlug}`} inherit>
                  {appName}
                </Anchor>
              ) : (
                appName
              )}
            </Title>
            <Status look={look} />
            {account !== '' && <Text size="sm">{account}</Text>}
          </Group>
          <Provenance credential={credential} platform={platform} />
          {trouble !== null && <Text size="sm">{trouble}</Text>}
          {appEnabled && (reconnect || connectUrl !== null) && (
            <Box mt={2}>
              <ConnectAction
                name={appName}
                connectUrl={connectUrl}
                platform={platform}
                again={reconnect}
                quiet={!reconnect}
              />
            </Box>
          )}
        </Stack>
      </Group>
    </Paper>
  );
}

function Nothing({ category }: { category: string }) {
  const what =
    category === '' ? 'Nothing is connected yet' : `Nothing of ${categoryName(category)} is connected`;
  return (
    <Empty
      title={what}
      action={
        <Button
          component={Link}
          href={category === '' ? '/apps' : `/apps?category=${category}`}
          variant="default"
        >
          See what there is
        </Button>
      }
    >
      Apps are connected on the platform. What you connect there appears here by itself.
    </Empty>
  );
}
