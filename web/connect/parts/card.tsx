import { type ReactNode, useEffect, useRef } from 'react';
import { type Origin, useSurroundings } from '../surroundings.tsx';
import { fill, LANGUAGES } from '../texts/index.ts';

/** One step of the page. The focus goes to its title, so that a reader hears where it has come to. */
export function Card({ title, origin, children }: { title: string; origin: Origin; children: ReactNode }) {
  const { host, language } = useSurroundings();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = origin.name === null ? title : `${title} · ${origin.name}`;
    heading.current?.focus({ preventScroll: true });
  }, [title, origin.name]);
  return (
    <div className="stage">
      <header className="host">
        {host.logo !== null && <img src={host.logo} alt={origin.name ?? ''} />}
        {host.logo === null && origin.name !== null && <span>{origin.name}</span>}
      </header>
      <main className="card">
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {children}
      </main>
      <footer>
        {Object.entries(LANGUAGES)
          .filter(([tag]) => tag !== language)
          .map(([tag, { name }]) => (
            <a key={tag} href={inLanguage(tag)} lang={tag} hrefLang={tag}>
              {name}
            </a>
          ))}
      </footer>
    </div>
  );
}

/** This page in another language. */
function inLanguage(tag: string): string {
  const query = new URLSearchParams(location.search);
  query.set('lang', tag);
  return `?${query}`;
}

/** The way back to whoever sent the user; where nobody told, the window may be closed. */
export function Back({ origin, main = false }: { origin: Origin; main?: boolean }) {
  const { texts } = useSurroundings();
  if (origin.url === null) return <p className="quiet">{texts.close}</p>;
  return (
    <a className={main ? 'button' : 'button plain'} href={origin.url}>
      {fill(texts.back, { host: origin.name ?? texts.someHost })}
    </a>
  );
}

/** Something is on its way. */
export function Waiting() {
  const { texts } = useSurroundings();
  return (
    <div className="stage">
      <main className="card waiting">
        <div className="spinner" />
        <p role="status">{texts.loading}</p>
      </main>
    </div>
  );
}
