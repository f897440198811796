import { Anchor, Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { Link } from 'wouter';
import type { InstanceEvent } from '../../../src/instance/http/activity.ts';
import type { CredentialAnswer } from '../../../src/instance/http/credentials.ts';
import { ask } from '../../lib/api.ts';
import { useWrite } from '../../lib/use-write.ts';
import { Facts } from '../../parts/facts.tsx';
import { Waiting } from '../../parts/list.tsx';
import { Logo } from '../../parts/logo.tsx';
import { Page } from '../../parts/page.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { RefusalAlert } from '../../parts/refusal-alert.tsx';
import { Status } from '../../parts/status.tsx';
import { Time } from '../../parts/time.tsx';
import { useAppNames } from '../../parts/use-apps.ts';
import { actorName, kindName } from '../activity/words.ts';
import { provenanceName } from '../provenance.tsx';
import { CREDENTIALS, lookOf, nextRefresh } from './looks.ts';
import { PlatformAlert } from './platform-alert.tsx';

/** One credential: how it is, where it comes from, what happened. */
export function CredentialPage({ id }: { id: string }) {
  const path = `${CREDENTIALS}/${id}`;
  // What is shown is as old as the last answer, and drawn anew with each: a token ends without any change of data.
  const {
    data,
    dataUpdatedAt: now,
    error,
    isPending,
    refetch,
  } = useQuery({
    queryKey: [path],
    queryFn: () => ask<CredentialAnswer>('GET', path),
    refetchInterval: 3_000,
  });
  const renew = useWrite(() => ask('POST', `${path}/refresh`), {
    changes: [[path], ['/api/keyferry/v1/activity']],
    done: () => notifications.show({ message: 'The platform gave a token.' }),
  });
  const { reset } = renew;
  const version = data?.version;
  // What was refused before a new token came is no longer true.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version is what it waits for
  useEffect(reset, [version]);
  const nameOf = useAppNames();
  const back = (
    <Anchor component={Link} href="/credentials">
      All credentials
    </Anchor>
  );
  if (isPending) return <Waiting />;
  if (data === undefined) {
    return (
      <Page title="Credential" about={back}>
        <RefusalAlert error={error} again={refetch} />
      </Page>
    );
  }
  const next = nextRefresh(data, now);
  const name = nameOf(data.appSlug);
  return (
    <Page
      title={`${name} of ${data.email}`}
      about={back}
      aside={
        <Button loading={renew.isPending} onClick={() => renew.mutate(undefined)}>
          Ask the platform now
        </Button>
      }
    >
      <PlatformAlert />
      <RefusalAlert error={renew.error} />
      <Paper withBorder p="md">
        <Stack>
          <Group>
            <Logo slug={data.appSlug} name={name} />
            <Status look={lookOf(data, now)} />
          </Group>
          {data.status !== 'working' && <ProblemNote code={data.statusReason} />}
          <Facts
            facts={[
              ['Last push', <Time key="p" at={data.pushedAt} />],
              ['Last refresh', <Time key="r" at={data.refreshedAt} />],
              [
                'Next refresh',
                <Text key="n">
                  {next.words} {next.at !== null && <Time at={next.at} />}
                </Text>,
              ],
              ['Token ends', <Time key="e" at={data.expiresAt} none="unknown" />],
              ['Comes from', provenanceName(data.provenance)],
              ['User id', String(data.userId)],
            ]}
          />
        </Stack>
      </Paper>
      <History credential={data} />
    </Page>
  );
}

function History({ credential: { userId, appSlug } }: { credential: CredentialAnswer }) {
  const { data } = useQuery({
    queryKey: ['/api/keyferry/v1/activity', userId, appSlug],
    queryFn: () =>
      ask<{ events: InstanceEvent[] }>('GET', '/api/keyferry/v1/activity', {
        query: { userId, appSlug, limit: 20 },
      }),
    refetchInterval: 3_000,
  });
  return (
    <Paper withBorder p="md">
      <Title order={2} size="h4" mb="sm">
        History
      </Title>
      <Stack gap="xs">
        {data?.events.map(({ id, at, kind, actor, detail }) => (
          <Text key={id} size="sm">
            <Time at={at} />: {kindName(kind)}
            {detail !== null && ` (${detail})`}, by {actorName(actor)}
          </Text>
        ))}
      </Stack>
    </Paper>
  );
}
