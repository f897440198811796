import { PasswordInput } from '@mantine/core';

export const SHORTEST = 10;

/** A password that is being chosen. */
export function NewPassword({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
}) {
  return (
    <PasswordInput
      label={label}
      description={`At least ${SHORTEST} characters; a few words are easier to remember than signs.`}
      autoComplete="new-password"
      required
      minLength={SHORTEST}
      value={value}
      onChange={event => onChange(event.currentTarget.value)}
    />
  );
}
