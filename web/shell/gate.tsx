import type { ReactNode } from 'react';
import { type Session, type SignedIn, useSession } from '../lib/session.ts';
import { CardPage } from '../parts/card-page.tsx';
import { Waiting } from '../parts/list.tsx';
import { RefusalAlert } from '../parts/refusal-alert.tsx';
import { ChangePassword } from './change-password.tsx';
import { SetUp } from './set-up.tsx';
import { SignIn } from './sign-in.tsx';

/** Lets those pass who are signed in; the others see what they must do first, at the address that they wanted. */
export function Gate({ children }: { children: (user: SignedIn, session: Session) => ReactNode }) {
  const { data: session, error, isPending, refetch } = useSession();
  if (isPending) return <Waiting />;
  if (session === undefined) {
    return (
      <CardPage title="Keyferry cannot be reached">
        <RefusalAlert error={error} again={refetch} />
      </CardPage>
    );
  }
  const { user, setupNeeded, role } = session;
  if (setupNeeded) return <SetUp />;
  if (user === null) return <SignIn role={role} />;
  if (user.mustChangePassword) {
    return (
      <CardPage title="Choose a password" about="The one that you signed in with is for one time only.">
        <ChangePassword currentLabel="One-time password" />
      </CardPage>
    );
  }
  return children(user, session);
}
