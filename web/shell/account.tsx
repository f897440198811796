import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQuery } from '@tanstack/react-query';
import { ask } from '../lib/api.ts';
import type { SignedIn } from '../lib/session.ts';
import { useWrite } from '../lib/use-write.ts';
import { Waiting } from '../parts/list.tsx';
import { Page } from '../parts/page.tsx';
import { RefusalAlert } from '../parts/refusal-alert.tsx';
import { Status } from '../parts/status.tsx';
import { Time } from '../parts/time.tsx';
import { ChangePassword } from './change-password.tsx';

interface OpenSession {
  readonly id: string;
  readonly createdAt: number;
  readonly seenAt: number;
  readonly userAgent: string | null;
  readonly current: boolean;
}

const SESSIONS = ['/api/sessions'];

/** One's own account: the password, and where one is signed in. */
export function Account({ user }: { user: SignedIn }) {
  return (
    <Page title="Your account" about={user.email}>
      <Paper withBorder p="md" maw={480}>
        <Stack>
          <Title order={2} size="h4">
            Password
          </Title>
          <ChangePassword
            currentLabel="Present password"
            done={() =>
              notifications.show({ message: 'The password is changed. Other sessions are signed out.' })
            }
          />
        </Stack>
      </Paper>
      <Sessions />
    </Page>
  );
}

function Sessions() {
  const sessions = useQuery({
    queryKey: SESSIONS,
    queryFn: () => ask<{ sessions: OpenSession[] }>('GET', '/api/sessions'),
  });
  const end = useWrite((id: string) => ask('DELETE', `/api/sessions/${id}`), { changes: [SESSIONS] });
  const endOthers = useWrite(() => ask('DELETE', '/api/sessions'), { changes: [SESSIONS] });
  if (sessions.isPending) return <Waiting />;
  const open = sessions.data?.sessions ?? [];
  return (
    <Paper withBorder p="md">
      <Stack>
        <Group justify="space-between">
          <Title order={2} size="h4">
            Where you are signed in
          </Title>
          {open.length > 1 && (
            <Button
              size="xs"
              variant="default"
              loading={endOthers.isPending}
              onClick={() => endOthers.mutate(undefined)}
            >
              Sign out everywhere else
            </Button>
          )}
        </Group>
        <RefusalAlert error={sessions.error ?? end.error ?? endOthers.error} />
        {open.map(({ id, userAgent, createdAt, seenAt, current }) => (
          <Group key={id} justify="space-between">
            <div>
              <Text>{browserName(userAgent)}</Text>
              <Text size="sm" c="dimmed">
                Since <Time at={createdAt} />, last seen <Time at={seenAt} />
              </Text>
            </div>
            {current ? (
              <Status look={{ label: 'This browser', colour: 'teal' }} />
            ) : (
              <Button size="xs" variant="default" onClick={() => end.mutate(id)}>
                Sign out
              </Button>
            )}
          </Group>
        ))}
      </Stack>
    </Paper>
  );
}

/** "Firefox on Linux" out of a User-Agent; the text itself where it is none that we know. */
function browserName(userAgent: string | null): string {
  if (userAgent === null) return 'A browser';
  const browser = /(Firefox|Edg|OPR|Chrome|Safari)\//.exec(userAgent)?.[1];
  const system = /(Windows|Android|iPhone|iPad|Mac OS X|Linux)/.exec(userAgent)?.[1];
  if (browser === undefined || system === undefined) return userAgent.slice(0, 80);
  return `${{ Edg: 'Edge', OPR: 'Opera' }[browser] ?? browser} on ${system === 'Mac OS X' ? 'macOS' : system}`;
}
