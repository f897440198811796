import { IconCheck, IconChevronRight } from '@tabler/icons-react';
import { Link } from 'wouter';
import type { SessionView } from '../api.ts';
import { AppLogo } from '../parts/app-logo.tsx';
import { Back, Card } from '../parts/card.tsx';
import { originOf, useFill, useSurroundings } from '../surroundings.tsx';

/** Which app to connect. */
export function Choose({ session }: { session: SessionView }) {
  const { texts, host } = useSurroundings();
  const origin = originOf(host, session.returnUrl);
  const filled = useFill(origin);
  return (
    <Card title={texts.choose.title} origin={origin}>
      <p className="quiet">{filled(texts.choose.about)}</p>
      <ul className="apps">
        {session.apps.map(({ slug, name, done }) => (
          <li key={slug}>
            {done ? (
              <span className="app">
                <AppLogo slug={slug} name={name} />
                <span className="name">{name}</span>
                <span className="done">
                  <IconCheck size={18} aria-hidden /> {texts.connected}
                </span>
              </span>
            ) : (
              <Link className="app" href={`/connect/session/${session.id}/apps/${encodeURIComponent(slug)}`}>
                <AppLogo slug={slug} name={name} />
                <span className="name">{name}</span>
                <IconChevronRight size={20} aria-hidden />
              </Link>
            )}
          </li>
        ))}
      </ul>
      {origin.url !== null && <Back origin={origin} />}
    </Card>
  );
}
