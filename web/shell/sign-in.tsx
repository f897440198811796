import { Button, PasswordInput, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { ask } from '../lib/api.ts';
import { SESSION_KEY, type Session } from '../lib/session.ts';
import { useWrite } from '../lib/use-write.ts';
import { CardPage } from '../parts/card-page.tsx';
import { EmailField } from '../parts/field.tsx';
import { RefusalAlert } from '../parts/refusal-alert.tsx';

/** Asks who is there. The page that was wanted comes by itself afterwards: its address did not change. */
export function SignIn({ role }: { role: Session['role'] }) {
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const signIn = useWrite(() => ask<Session>('POST', '/api/session', { body: { email, password } }), {
    changes: [SESSION_KEY],
  });
  return (
    <CardPage title="Sign in" about={ROLES[role]}>
      <form
        onSubmit={event => {
          event.preventDefault();
          signIn.mutate(undefined);
        }}
      >
        <Stack>
          <EmailField own value={email} onChange={setEmail} />
          <PasswordInput
            label="Password"
            autoComplete="current-password"
            required
            value={password}
            onChange={event => setPassword(event.currentTarget.value)}
          />
          <RefusalAlert error={signIn.error} />
          <Button type="submit" loading={signIn.isPending}>
            Sign in
          </Button>
          <Text size="sm" c="dimmed">
            Password lost? An administrator can make you a one-time password on the page {PASSWORDS[role]}, or
            on the server: keyferry user password.
          </Text>
        </Stack>
      </form>
    </CardPage>
  );
}

const ROLES = { instance: 'To your scheduling instance', platform: 'To the desk of the platform' } as const;
const PASSWORDS = { instance: 'Users', platform: 'Operators' } as const;
