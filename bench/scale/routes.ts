/** Something that a person or a program asks of a role. */
export interface Asked {
  readonly name: string;
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly body?: object;
  /** Asked this once: it leaves less for the next one. */
  readonly once?: boolean;
}

const V1 = '/api/keyferry/v1';

/** What an instance over so many users is asked. */
export function instanceRoutes(rows: number): readonly Asked[] {
  const late = rows - 100;
  return [
    { name: 'users, first page', path: '/api/v1/users' },
    { name: 'users, last page', path: `/api/v1/users?after=${late}` },
    { name: 'users by e-mail', path: `/api/v1/users?email=user${late}@team${late % 1000}.example.com` },
    { name: 'users, a part that one has', path: `/api/v1/users?q=ser${late}@` },
    { name: 'users, a part that all have', path: '/api/v1/users?q=example' },
    { name: 'users, a part that none has', path: '/api/v1/users?q=nobody%20here' },
    { name: 'users, two letters that none has', path: '/api/v1/users?q=qz' },
    { name: 'users, an id', path: `/api/v1/users?q=${late}` },
    { name: 'credentials, first page', path: `${V1}/credentials` },
    { name: 'credentials of a user', path: `${V1}/credentials?userId=${late}` },
    {
      name: 'credentials of an e-mail',
      path: `${V1}/credentials?email=user${late}@team${late % 1000}.example.com`,
    },
    { name: 'credentials of an app', path: `${V1}/credentials?appSlug=zoom` },
    { name: 'credentials, failing', path: `${V1}/credentials?status=failing` },
    { name: 'credentials, working', path: `${V1}/credentials?status=working` },
    { name: 'credentials of an app, none so', path: `${V1}/credentials?appSlug=zoom&status=failing` },
    { name: 'credentials of an app, working', path: `${V1}/credentials?appSlug=zoom&status=working` },
    { name: 'apps', path: `${V1}/apps` },
    { name: 'an app, whom it affects', path: `${V1}/apps/google-calendar/affected` },
    { name: 'settings', path: `${V1}/settings` },
    { name: 'activity', path: `${V1}/activity` },
    { name: 'activity of a kind', path: `${V1}/activity?kind=credential.failing` },
    { name: 'activity of a kind that is not', path: `${V1}/activity?kind=user.locked` },
    { name: 'activity of a user', path: `${V1}/activity?userId=${late + 1}` },
    { name: 'a user is locked', method: 'PATCH', path: `/api/v1/users/${late}`, body: { locked: true } },
    { name: 'a user is renamed', method: 'PATCH', path: `/api/v1/users/${late}`, body: { name: 'Ada L' } },
    {
      name: 'a credential is deleted',
      method: 'DELETE',
      path: `${V1}/credentials?userId=${late}&appSlug=zoom`,
      once: true,
    },
  ];
}

/** What a platform over so many connections is asked. */
export function platformRoutes(rows: number): readonly Asked[] {
  const id = (of: number) => `00000000-0000-4000-8000-${String(of).padStart(12, '0')}`;
  return [
    { name: 'connections, first page', path: `${V1}/connections` },
    { name: 'connections of a user', path: `${V1}/connections?externalUserId=user-${rows - 7}` },
    { name: 'connections, how a user begins', path: `${V1}/connections?user=user-99` },
    { name: 'connections, how a user begins, one app', path: `${V1}/connections?user=user-&appSlug=zoom` },
    { name: 'connections, how a user begins, none so', path: `${V1}/connections?user=user-&appSlug=hubspot` },
    { name: 'connections of an app', path: `${V1}/connections?appSlug=zoom` },
    { name: 'connections, failing', path: `${V1}/connections?status=failing` },
    { name: 'connections, connected', path: `${V1}/connections?status=connected` },
    { name: 'connections of an app, none so', path: `${V1}/connections?appSlug=zoom&status=failing` },
    { name: 'connections of an app, connected', path: `${V1}/connections?appSlug=zoom&status=connected` },
    { name: 'a connection', path: `${V1}/connections/${id(rows - 7)}` },
    { name: 'deliveries', path: `${V1}/deliveries` },
    { name: 'deliveries, stopped', path: `${V1}/deliveries?state=stopped` },
    { name: 'deliveries of a topic, none so', path: `${V1}/deliveries?topic=host.event` },
    { name: 'endings', path: `${V1}/endings` },
    { name: 'summary', path: `${V1}/summary` },
    { name: 'targets', path: `${V1}/targets` },
    { name: 'apps', path: `${V1}/apps` },
    { name: 'settings', path: `${V1}/settings` },
    {
      name: 'keys of an app are set',
      method: 'PUT',
      path: `${V1}/apps/google-calendar`,
      body: { keys: { client_id: 'bench', client_secret: 'bench-client-secret' } },
    },
    {
      name: 'all stopped are sent again',
      method: 'POST',
      path: `${V1}/deliveries/retry`,
      body: {},
      once: true,
    },
  ];
}
