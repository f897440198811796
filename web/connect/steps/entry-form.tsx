import { useEffect, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { Refusal } from '../../lib/api.ts';
import { type AppChoice, type Entered, faultsIn, type SessionView, submit } from '../api.ts';
import { Alarm } from '../parts/alarm.tsx';
import { Field } from '../parts/field.tsx';
import { type Origin, useFill, useSurroundings } from '../surroundings.tsx';

/** The form of an app: what its record asks for, and what was wrong with it the last time. */
export function EntryForm({
  session,
  app,
  origin,
  ended,
  connected,
}: {
  session: SessionView;
  app: AppChoice;
  origin: Origin;
  ended: () => void;
  /** The session is another one than before. */
  connected: () => void;
}) {
  const { texts } = useSurroundings();
  const filled = useFill(origin, app.name);
  const [entered, setEntered] = useState<Entered>(() => initialOf(app));
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [, navigate] = useLocation();
  const form = useRef<HTMLFormElement>(null);
  const faults = faultsIn(error);

  useEffect(() => {
    // To the first field that is wrong: its fault is read out with it.
    if (error !== null) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [error]);

  async function send(): Promise<void> {
    setBusy(true);
    setError(null);
    try {
      const returnTo = await submit(session.id, app.slug, entered);
      if (returnTo !== null) return location.assign(returnTo);
      connected();
      navigate(`/connect/session/${session.id}/result?${new URLSearchParams({ app: app.slug })}`, {
        replace: true,
      });
    } catch (thrown) {
      setBusy(false);
      if (thrown instanceof Refusal && thrown.code === 'session_invalid') ended();
      else setError(thrown);
    }
  }

  return (
    <form
      ref={form}
      noValidate
      onSubmit={event => {
        event.preventDefault();
        if (!busy) void send();
      }}
    >
      {faults.length > 0 ? (
        <p className="alarm" role="alert">
          {texts.step.faulty}
        </p>
      ) : (
        <Alarm error={error} origin={origin} appName={app.name} ofForm />
      )}
      {app.fields.map(field => (
        <Field
          key={field.name}
          field={field}
          fault={faults.find(fault => fault.field === field.name)}
          value={entered[field.name] ?? ''}
          onChange={value => setEntered(before => ({ ...before, [field.name]: value }))}
        />
      ))}
      <button className="button" type="submit" aria-disabled={busy}>
        {busy && <span className="spinner" />}
        {filled(texts.step.submit)}
      </button>
    </form>
  );
}

/** What stands in the form before the user does anything. */
function initialOf({ fields }: AppChoice): Entered {
  return Object.fromEntries(
    fields.map(({ name, input, initial, options = {} }) => {
      if (input === 'checkbox') return [name, false];
      return [name, initial ?? (input === 'select' ? (Object.keys(options)[0] ?? '') : '')];
    }),
  );
}
