import { IconCircleCheck } from '@tabler/icons-react';
import { Link, useSearchParams } from 'wouter';
import type { SessionView } from '../api.ts';
import { Back, Card } from '../parts/card.tsx';
import { originOf, useFill, useSurroundings } from '../surroundings.tsx';
import { Refused } from './refused.tsx';

/** How connecting an app ended. That it is connected is what the session says, not the address. */
export function Result({ session }: { session: SessionView }) {
  const { host } = useSurroundings();
  const [params] = useSearchParams();
  const app = session.apps.find(({ slug }) => slug === params.get('app'));
  const code = params.get('code');
  const origin = originOf(host, session.returnUrl);
  if (app?.done && code === null) return <Connected session={session} name={app.name} />;
  const again = app?.done === false && session.open ? pathOf(session, app.slug) : null;
  return (
    <Refused
      code={code ?? 'internal'}
      origin={origin}
      {...(app === undefined ? {} : { appName: app.name })}
      again={again}
    />
  );
}

function pathOf({ id }: SessionView, slug: string): string {
  return `/connect/session/${id}/apps/${encodeURIComponent(slug)}`;
}

function Connected({ session, name }: { session: SessionView; name: string }) {
  const { texts, host } = useSurroundings();
  const origin = originOf(host, session.returnUrl);
  const filled = useFill(origin, name);
  return (
    <Card title={filled(texts.result.title)} origin={origin}>
      <div className="sign">
        <IconCircleCheck className="good" size={40} aria-hidden />
        <p>{filled(texts.result.next)}</p>
      </div>
      {session.open && (
        <Link className="button" href={`/connect/session/${session.id}`}>
          {texts.result.more}
        </Link>
      )}
      <Back origin={origin} main={!session.open} />
    </Card>
  );
}

/** A session that has nothing left to connect. */
export function AllDone({ session }: { session: SessionView }) {
  const { texts, host } = useSurroundings();
  const origin = originOf(host, session.returnUrl);
  return (
    <Card title={texts.result.allDone} origin={origin}>
      <p>{texts.result.allDoneText}</p>
      <Back origin={origin} main />
    </Card>
  );
}
