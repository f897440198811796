import { Button, Stack } from '@mantine/core';
import { useState } from 'react';
import { ask } from '../lib/api.ts';
import { SESSION_KEY, type Session } from '../lib/session.ts';
import { useWrite } from '../lib/use-write.ts';
import { CardPage } from '../parts/card-page.tsx';
import { EmailField, Field } from '../parts/field.tsx';
import { RefusalAlert } from '../parts/refusal-alert.tsx';
import { NewPassword } from './new-password.tsx';

/** First run: makes the account of the administrator. */
export function SetUp() {
  const [code, setCode] = useState(() => codeIn(location.hash));
  const [email, setEmail] = useState('');
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const setUp = useWrite(
    () => ask<Session>('POST', '/api/setup', { body: { code, email, name, password } }),
    // The code in the address has served; what follows the address goes on from the start page.
    { changes: [SESSION_KEY], done: () => history.replaceState(null, '', '/') },
  );
  return (
    <CardPage title="Welcome" about="Nobody is here yet. Make the administrator's account.">
      <form
        onSubmit={event => {
          event.preventDefault();
          setUp.mutate(undefined);
        }}
      >
        <Stack>
          <Field
            label="Set-up code"
            description="The server printed it when it started. It shows that this server is yours."
            autoComplete="off"
            required
            value={code}
            onChange={setCode}
          />
          <EmailField own value={email} onChange={setEmail} />
          <Field label="Name" autoComplete="name" value={name} onChange={setName} />
          <NewPassword label="Password" value={password} onChange={setPassword} />
          <RefusalAlert error={setUp.error} />
          <Button type="submit" loading={setUp.isPending}>
            Make the account
          </Button>
        </Stack>
      </form>
    </CardPage>
  );
}

/** The code out of `#code=...`, the part of an address that no server sees. */
function codeIn(hash: string): string {
  return new URLSearchParams(hash.slice(1)).get('code') ?? '';
}
