import { Button, PasswordInput, Stack } from '@mantine/core';
import { useState } from 'react';
import { ask } from '../lib/api.ts';
import { SESSION_KEY } from '../lib/session.ts';
import { useWrite } from '../lib/use-write.ts';
import { RefusalAlert } from '../parts/refusal-alert.tsx';
import { NewPassword } from './new-password.tsx';

/** @param currentLabel what the present password is called here */
export function ChangePassword({ currentLabel, done }: { currentLabel: string; done?: () => void }) {
  const [current, setCurrent] = useState('');
  const [password, setPassword] = useState('');
  const change = useWrite(() => ask('PUT', '/api/session/password', { body: { current, password } }), {
    changes: [SESSION_KEY, ['/api/sessions']],
    done() {
      setCurrent('');
      setPassword('');
      done?.();
    },
  });
  return (
    <form
      onSubmit={event => {
        event.preventDefault();
        change.mutate(undefined);
      }}
    >
      <Stack>
        <PasswordInput
          label={currentLabel}
          autoComplete="current-password"
          required
          value={current}
          onChange={event => setCurrent(event.currentTarget.value)}
        />
        <NewPassword label="New password" value={password} onChange={setPassword} />
        <RefusalAlert error={change.error} />
        <Button type="submit" loading={change.isPending}>
          Change the password
        </Button>
      </Stack>
    </form>
  );
}
