import { type ReactNode, useCallback } from 'react';
import { Route, Switch } from 'wouter';
import { Refusal } from '../../lib/api.ts';
import { readSession, type SessionView } from '../api.ts';
import { Waiting } from '../parts/card.tsx';
import { originOf, useSurroundings } from '../surroundings.tsx';
import { useAsked } from '../use-asked.ts';
import { Choose } from './choose.tsx';
import { Refused } from './refused.tsx';
import { AllDone, Result } from './result.tsx';
import { Step } from './step.tsx';

/** A session that this browser has opened: its apps, the step of one, the result. */
export function Session({ id }: { id: string }) {
  const { host } = useSurroundings();
  const { answer: session, error, again } = useAsked(useCallback(() => readSession(id), [id]));
  if (error !== null) {
    const code = error instanceof Refusal ? error.code : 'page_fault';
    return <Refused code={code} origin={originOf(host, null)} again={again} />;
  }
  if (session === null) return <Waiting />;
  return (
    <Switch>
      <Route path="/connect/session/:id/result">
        <Result session={session} />
      </Route>
      <Route path="/connect/session/:id/apps/:slug">
        {({ slug }) => <Way session={session} slug={decodeURIComponent(slug)} stale={again} />}
      </Route>
      <Route path="/connect/session/:id">
        <Way
          session={session}
          slug={session.apps.length === 1 ? session.apps[0]?.slug : undefined}
          stale={again}
        />
      </Route>
      <Route>
        <Refused code="not_found" origin={originOf(host, session.returnUrl)} />
      </Route>
    </Switch>
  );
}

/** The choice, or the step of one app, as far as the session still serves. */
function Way({
  session,
  slug,
  stale,
}: {
  session: SessionView;
  slug: string | undefined;
  stale: () => void;
}): ReactNode {
  const { host } = useSurroundings();
  const origin = originOf(host, session.returnUrl);
  if (session.apps.every(({ done }) => done)) return <AllDone session={session} />;
  if (!session.open) return <Refused code="session_invalid" origin={origin} />;
  if (slug === undefined) return <Choose session={session} />;
  const app = session.apps.find(one => one.slug === slug);
  if (app === undefined) return <Refused code="not_found" origin={origin} />;
  return app.done ? (
    <Choose session={session} />
  ) : (
    <Step key={slug} session={session} app={app} stale={stale} />
  );
}
