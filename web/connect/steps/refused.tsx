import { Link } from 'wouter';
import { textOfCode } from '../parts/alarm.tsx';
import { Back, Card } from '../parts/card.tsx';
import { type Origin, useFill, useSurroundings } from '../surroundings.tsx';

/** Codes that the user cannot change by trying again. */
const FINAL = ['app_not_found', 'conflict', 'not_found', 'origin_refused', 'session_invalid'];

/** What went wrong, and the way on. */
export function Refused({
  code,
  origin,
  appName,
  again = null,
}: {
  code: string;
  origin: Origin;
  appName?: string;
  /** Where, or how, to try again; null: nowhere. */
  again?: string | (() => void) | null;
}) {
  const { texts } = useSurroundings();
  const filled = useFill(origin, appName);
  const { title, text } = textOfCode(texts.codes, code);
  const retry = FINAL.includes(code) ? null : again;
  return (
    <Card title={filled(title)} origin={origin}>
      <p>{filled(text)}</p>
      {typeof retry === 'string' && (
        <Link className="button" href={retry}>
          {texts.again}
        </Link>
      )}
      {typeof retry === 'function' && (
        <button className="button" type="button" onClick={retry}>
          {texts.again}
        </button>
      )}
      {origin.url !== null && <Back origin={origin} main={retry === null} />}
      <p className="quiet">
        {texts.code}: <code>{code}</code>
      </p>
    </Card>
  );
}
