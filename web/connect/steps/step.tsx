import { type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import type { AppChoice, SessionView } from '../api.ts';
import { AppLogo } from '../parts/app-logo.tsx';
import { Back, Card } from '../parts/card.tsx';
import { originOf, useFill, useSurroundings } from '../surroundings.tsx';
import { Consent } from './consent.tsx';
import { EntryForm } from './entry-form.tsx';
import { Refused } from './refused.tsx';

/** One app: on to its provider, or its form. */
export function Step({ session, app, stale }: { session: SessionView; app: AppChoice; stale: () => void }) {
  const { texts, host } = useSurroundings();
  const origin = originOf(host, session.returnUrl);
  const filled = useFill(origin, app.name);
  const [ended, setEnded] = useState(false);
  if (ended) return <Refused code="session_invalid" origin={origin} />;
  const props = { session, app, origin, ended: () => setEnded(true) };
  return (
    <Card title={filled(texts.step.title)} origin={origin}>
      <Sign app={app}>{filled(app.kind === 'oauth' ? texts.step.consent : texts.step.form)}</Sign>
      {app.kind === 'oauth' ? <Consent {...props} /> : <EntryForm {...props} connected={stale} />}
      {session.apps.length > 1 && (
        <Link className="button plain" href={`/connect/session/${session.id}`}>
          {texts.choose.another}
        </Link>
      )}
      {origin.url !== null && <Back origin={origin} />}
    </Card>
  );
}

/** The app's logo beside a sentence. */
function Sign({ app, children }: { app: AppChoice; children: ReactNode }) {
  return (
    <div className="sign">
      <AppLogo slug={app.slug} name={app.name} />
      <p>{children}</p>
    </div>
  );
}
