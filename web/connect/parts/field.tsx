import { type ReactNode, useId, useState } from 'react';
import type { FormField } from '../../../src/apps/definition.ts';
import type { FormFault } from '../api.ts';
import { useSurroundings } from '../surroundings.tsx';
import { fill } from '../texts/index.ts';

interface FieldProps {
  readonly field: FormField;
  readonly fault: FormFault | undefined;
  readonly value: string | boolean;
  readonly onChange: (value: string | boolean) => void;
}

/** A field of an app's form: its label, its hint, what is wrong with it. */
export function Field({ field, fault, value, onChange }: FieldProps) {
  const { texts } = useSurroundings();
  const id = useId();
  const label = texts.labels[field.label] ?? field.label;
  const hint = field.hint === undefined ? undefined : (texts.labels[field.hint] ?? field.hint);
  const told = [hint === undefined ? '' : `${id}-hint`, fault === undefined ? '' : `${id}-fault`];
  const common = {
    id,
    name: field.name,
    required: field.required,
    'aria-invalid': fault !== undefined,
    'aria-describedby': told.join(' ').trim() || undefined,
  };
  const notes = (
    <>
      {hint !== undefined && (
        <span className="hint" id={`${id}-hint`}>
          {hint}
        </span>
      )}
      {fault !== undefined && (
        <span className="fault" id={`${id}-fault`}>
          {texts.faults[fault.reason]}
        </span>
      )}
    </>
  );
  if (field.input === 'checkbox') {
    return (
      <div className="field">
        <label className="box">
          <input
            {...common}
            type="checkbox"
            checked={value === true}
            onChange={event => onChange(event.currentTarget.checked)}
          />
          {label}
        </label>
        {notes}
      </div>
    );
  }
  return (
    <div className="field">
      <label htmlFor={id}>
        {label}
        {!field.required && <span className="quiet"> ({texts.optional})</span>}
      </label>
      {notes}
      <Control field={field} common={common} label={label} value={String(value)} onChange={onChange} />
    </div>
  );
}

function Control({
  field,
  common,
  label,
  value,
  onChange,
}: {
  field: FormField;
  common: object;
  label: string;
  value: string;
  onChange: (value: string) => void;
}): ReactNode {
  const { texts } = useSurroundings();
  const [shown, setShown] = useState(false);
  const plain = { autoComplete: 'off', autoCapitalize: 'none', spellCheck: false } as const;
  const text = { ...common, ...plain, value };
  if (field.input === 'select') {
    return (
      <select {...common} value={value} onChange={event => onChange(event.currentTarget.value)}>
        {Object.entries(field.options ?? {}).map(([one, name]) => (
          <option key={one} value={one}>
            {texts.labels[name] ?? name}
          </option>
        ))}
      </select>
    );
  }
  if (field.input === 'lines') {
    return <textarea {...text} rows={4} onChange={event => onChange(event.currentTarget.value)} />;
  }
  if (field.input !== 'password') {
    return <input {...text} type={field.input} onChange={event => onChange(event.currentTarget.value)} />;
  }
  return (
    <span className="secret">
      <input
        {...text}
        type={shown ? 'text' : 'password'}
        onChange={event => onChange(event.currentTarget.value)}
      />
      <button
        type="button"
        aria-pressed={shown}
        aria-label={fill(texts.showField, { field: label })}
        onClick={() => setShown(!shown)}
      >
        {shown ? texts.hide : texts.show}
      </button>
    </span>
  );
}
