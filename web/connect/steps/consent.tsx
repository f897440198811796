import { useEffect, useState } from 'react';
import { Refusal } from '../../lib/api.ts';
import { type AppChoice, begin, type SessionView } from '../api.ts';
import { Alarm } from '../parts/alarm.tsx';
import { type Origin, useFill, useSurroundings } from '../surroundings.tsx';

/** The way to the provider, who asks the user. */
export function Consent({
  session,
  app,
  origin,
  ended,
}: {
  session: SessionView;
  app: AppChoice;
  origin: Origin;
  ended: () => void;
}) {
  const { texts } = useSurroundings();
  const filled = useFill(origin, app.name);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);

  useEffect(() => {
    // Who comes back by the button of the browser finds the page as it was left.
    const shown = () => setBusy(false);
    addEventListener('pageshow', shown);
    return () => removeEventListener('pageshow', shown);
  }, []);

  async function setOut(): Promise<void> {
    setBusy(true);
    setError(null);
    try {
      location.assign(await begin(session.id, app.slug));
    } catch (thrown) {
      setBusy(false);
      if (thrown instanceof Refusal && thrown.code === 'session_invalid') ended();
      else setError(thrown);
    }
  }

  return (
    <>
      <Alarm error={error} origin={origin} appName={app.name} />
      <button className="button" type="button" aria-disabled={busy} onClick={() => busy || void setOut()}>
        {busy && <span className="spinner" />}
        {filled(texts.step.go)}
      </button>
    </>
  );
}
