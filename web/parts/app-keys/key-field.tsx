import { Button, Checkbox, Group, NativeSelect, PasswordInput, Text, TextInput } from '@mantine/core';
import type { AppKey } from '../../../src/lib/http/app-keys.ts';
import { keyLabel } from '../key-label.ts';
import { Time } from '../time.tsx';
import type { Draft } from './draft.ts';
import { LinesField } from './lines-field.tsx';

/** One key as its kind wants to be entered. */
export function KeyField({
  field,
  first,
  draft,
  fault,
  onChange,
}: {
  field: AppKey;
  /** Whether the dialog opens with the focus here. */
  first: boolean;
  draft: Draft;
  fault: string | null;
  onChange: (value: unknown) => void;
}) {
  const { name, kind, required, options, initial, set } = field;
  const label = keyLabel(name);
  const error = fault === null ? null : `${label} ${fault}`;
  const typed = name in draft ? draft[name] : field.value;
  const text = typed === null || typed === undefined ? '' : String(typed);
  // A moment that a program set is shown as its day.
  const shown = kind === 'date' ? text.slice(0, 10) : text;
  const common = { label, required, error, 'data-autofocus': first || undefined };
  if (kind === 'secret') return <SecretField {...{ field, first, draft, error, onChange }} />;
  if (kind === 'list') return <LinesField {...{ field, draft, fault, onChange }} />;
  if (kind === 'boolean') {
    return (
      <Checkbox
        label={label}
        error={error}
        checked={(typed ?? initial) === true}
        onChange={event => onChange(event.currentTarget.checked)}
      />
    );
  }
  if (options) {
    const choices = required && set ? options : ['', ...options];
    return (
      <NativeSelect
        {...common}
        data={[...choices]}
        value={shown}
        onChange={event => onChange(event.currentTarget.value)}
      />
    );
  }
  return (
    <TextInput
      {...common}
      type={TYPES[kind] ?? 'text'}
      inputMode={kind === 'number' ? 'decimal' : undefined}
      placeholder={initial === undefined ? undefined : `${initial}, if nothing is entered`}
      description={<SetAt field={field} />}
      spellCheck={false}
      value={shown}
      onChange={event => onChange(event.currentTarget.value)}
    />
  );
}

/** Of the browser's own fields. */
const TYPES: Readonly<Partial<Record<AppKey['kind'], string>>> = { url: 'url', date: 'date' };

/** A secret is never shown: it is set, or replaced by what is typed. */
function SecretField({
  field,
  first,
  draft,
  error,
  onChange,
}: {
  field: AppKey;
  first: boolean;
  draft: Draft;
  error: string | null;
  onChange: (value: unknown) => void;
}) {
  const { name, required, set } = field;
  const label = keyLabel(name);
  const removed = draft[name] === null;
  return (
    <div>
      <PasswordInput
        label={label}
        required={required}
        error={error}
        aria-invalid={error !== null}
        data-autofocus={first || undefined}
        autoComplete="new-password"
        placeholder={set && !removed ? 'Leave empty to keep the one that is set' : ''}
        description={removed ? 'It is taken away when you save.' : <SetAt field={field} />}
        visibilityToggleButtonProps={{ 'aria-label': `Show what is typed as ${label}` }}
        value={typeof draft[name] === 'string' ? draft[name] : ''}
        onChange={event => onChange(event.currentTarget.value)}
      />
      {set && !required && (
        <Group justify="flex-end" mt={4}>
          <Button size="compact-xs" variant="default" onClick={() => onChange(removed ? '' : null)}>
            {removed ? `Keep ${label}` : `Take ${label} away`}
          </Button>
        </Group>
      )}
    </div>
  );
}

/** Since when a key is set. */
export function SetAt({ field: { set, setAt, required } }: { field: AppKey }) {
  if (!set) return required ? 'Not set' : 'Not set; it may be left out';
  if (setAt === null) return 'Set';
  return (
    <Text span inherit>
      Set <Time at={setAt} />
    </Text>
  );
}
