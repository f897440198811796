import { Anchor, Group, Text } from '@mantine/core';
import { Link, useParams } from 'wouter';
import type { CredentialAnswer } from '../../../src/instance/http/credentials.ts';
import { useFilter } from '../../lib/use-filter.ts';
import { useList } from '../../lib/use-list.ts';
import { Choice } from '../../parts/choice.tsx';
import { Empty } from '../../parts/empty.tsx';
import { type Column, List } from '../../parts/list.tsx';
import { Logo } from '../../parts/logo.tsx';
import { Page } from '../../parts/page.tsx';
import { ProblemNote } from '../../parts/problem-note.tsx';
import { SearchField } from '../../parts/search-field.tsx';
import { Status } from '../../parts/status.tsx';
import { Time } from '../../parts/time.tsx';
import { useAppNames } from '../../parts/use-apps.ts';
import { CredentialPage } from './credential-page.tsx';
import { CREDENTIALS, lookOf } from './looks.ts';
import { PlatformAlert } from './platform-alert.tsx';

const EVERY_MS = 5_000;

const COLUMNS: Column<CredentialAnswer>[] = [
  { title: 'App', cell: ({ id, appSlug }) => <App id={id} slug={appSlug} /> },
  {
    title: 'User',
    cell: ({ email, userId }) => (
      <>
        <Text size="sm">{email}</Text>
        <Text size="sm" c="dimmed">
          id {userId}
        </Text>
      </>
    ),
  },
  {
    title: 'Status',
    cell: credential => (
      <>
        <Status look={lookOf(credential, Date.now())} />
        {credential.status !== 'working' && <ProblemNote code={credential.statusReason} />}
      </>
    ),
  },
  { title: 'Last push', cell: ({ pushedAt }) => <Time at={pushedAt} /> },
  { title: 'Last refresh', cell: ({ refreshedAt }) => <Time at={refreshedAt} /> },
  { title: 'Token ends', cell: ({ expiresAt }) => <Time at={expiresAt} none="unknown" /> },
];

function App({ id, slug }: { id: number; slug: string }) {
  const name = useAppNames()(slug);
  return (
    <Group gap="sm" wrap="nowrap">
      <Logo slug={slug} name={name} size={28} />
      <Anchor component={Link} href={`/credentials/${id}`} size="sm">
        {name}
      </Anchor>
    </Group>
  );
}

export default function Credentials() {
  const { id } = useParams<{ id?: string }>();
  return id === undefined ? <CredentialList /> : <CredentialPage id={id} />;
}

/** What the platform has pushed, and how it is. */
function CredentialList() {
  const [user, setUser] = useFilter('user');
  const [status, setStatus] = useFilter('status');
  const [appSlug, setApp] = useFilter('app');
  const whose = /^\d{1,9}$/.test(user) ? { userId: Number(user) } : { email: user };
  const list = useList<CredentialAnswer>(
    CREDENTIALS,
    'credentials',
    { ...whose, status, appSlug, limit: 50 },
    { everyMs: EVERY_MS },
  );
  const filtered = [user, status, appSlug].some(one => one !== '');
  return (
    <Page title="Credentials" about="What the platform has pushed, and how it is.">
      <PlatformAlert />
      <Group>
        <SearchField label="User: e-mail or id" value={user} onSearch={setUser} />
        <SearchField label="App: its slug" value={appSlug} onSearch={setApp} />
        <Choice
          label="Status"
          value={status}
          onChoose={setStatus}
          options={[
            ['', 'Every status'],
            ['working', 'Working'],
            ['failing', 'Failing'],
            ['needs_reconnect', 'Needs reconnect'],
          ]}
        />
      </Group>
      <List
        list={list}
        caption="Credentials"
        columns={COLUMNS}
        keyOf={({ id }) => id}
        empty={
          filtered ? (
            <Empty title="Nothing matches">
              The whole e-mail or id of a user is looked for, and the whole slug.
            </Empty>
          ) : (
            <Empty title="No credential has come yet">
              The platform sends one to /api/webhook/app-credential when a user connects an app there. The
              doctor on the page Settings tells whether the two sides agree.
            </Empty>
          )
        }
      />
    </Page>
  );
}
