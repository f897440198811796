import { Alert, Anchor, Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { Finding } from '../../../src/lib/doctor/index.ts';
import type { TargetView } from '../../../src/platform/http/targets.ts';
import { ask } from '../../lib/api.ts';
import { useWrite } from '../../lib/use-write.ts';
import { AsOf } from '../../parts/as-of.tsx';
import { Empty } from '../../parts/empty.tsx';
import { Facts } from '../../parts/facts.tsx';
import { Findings } from '../../parts/findings.tsx';
import { Waiting } from '../../parts/list.tsx';
import { Page } from '../../parts/page.tsx';
import { RefusalAlert } from '../../parts/refusal-alert.tsx';
import { Status } from '../../parts/status.tsx';

const TARGETS = '/api/keyferry/v1/targets';

/** The instances that credentials go to. */
export default function Targets() {
  const { data, error, isPending, refetch } = useQuery({
    queryKey: [TARGETS],
    queryFn: () => ask<{ targets: TargetView[] }>('GET', TARGETS),
    refetchInterval: 5_000,
  });
  return (
    <Page title="Targets" about="The instances that credentials are delivered to.">
      {isPending && <Waiting />}
      <RefusalAlert error={error} again={refetch} />
      {data?.targets.length === 0 && (
        <Empty title="There is no target">
          Set CALCOM_WEBAPP_URL, CALCOM_WEBHOOK_SECRET and CALCOM_APP_CREDENTIAL_ENCRYPTION_KEY, and start
          again.
        </Empty>
      )}
      {data?.targets.map(target => (
        <TargetCard key={target.id} target={target} />
      ))}
    </Page>
  );
}

function TargetCard({ target }: { target: TargetView }) {
  const check = useWrite(() => ask<{ findings: Finding[] }>('POST', `${TARGETS}/${target.id}/check`));
  const { id, kind, webappUrl, header, withRefreshToken, calendsoKeySet, waiting, stopped, asOf } = target;
  return (
    <Paper withBorder p="md">
      <Stack>
        <Group justify="space-between">
          <Title order={2} size="h4">
            {id}
          </Title>
          <Button variant="default" loading={check.isPending} onClick={() => check.mutate(undefined)}>
            Check now
          </Button>
        </Group>
        <Group>
          <Status look={stepOf(target)} />
          {stopped > 0 && (
            <Anchor component={Link} href="/deliveries?state=stopped">
              {stopped} stopped
            </Anchor>
          )}
          {waiting > 0 && (
            <Anchor component={Link} href="/deliveries?state=waiting">
              {waiting} waiting
            </Anchor>
          )}
          <AsOf at={asOf} />
        </Group>
        <Facts
          facts={[
            ['Address', webappUrl],
            ['Is a', kind === 'calcom' ? 'Cal.com' : 'Keyferry instance'],
            ['Header of the secret', header ?? 'both default names'],
            ['Refresh tokens travel', withRefreshToken ? 'yes' : 'no'],
            ...(kind === 'calcom'
              ? [["Cal.com's own key", calendsoKeySet ? 'set' : 'not set'] as const]
              : []),
          ]}
        />
        {check.data && <Findings findings={check.data.findings} />}
        <RefusalAlert error={check.error} />
        {!check.data && !check.error && (
          <Alert variant="light" color="gray">
            <Text size="sm">
              A check asks the instance now: whether it answers, takes our secret and key, knows the same
              apps, and has the same time.
            </Text>
          </Alert>
        )}
      </Stack>
    </Paper>
  );
}

function stepOf({ waiting, stopped }: TargetView) {
  if (stopped > 0) return { label: 'Out of step', colour: 'red' };
  if (waiting > 0) return { label: 'Catching up', colour: 'blue' };
  return { label: 'In step', colour: 'teal' };
}
