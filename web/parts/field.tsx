import { TextInput, type TextInputProps } from '@mantine/core';

/** A line of text that somebody types. */
export function Field({
  onChange,
  ...props
}: Omit<TextInputProps, 'onChange' | 'value'> & { value: string; onChange: (text: string) => void }) {
  return <TextInput {...props} onChange={event => onChange(event.currentTarget.value)} />;
}

/**
 * An e-mail address that somebody types.
 * @param own whether it is what they sign in with
 * @param first whether a dialog begins with it
 */
export function EmailField({
  own = false,
  first = false,
  ...props
}: {
  own?: boolean;
  first?: boolean;
  value: string;
  onChange: (text: string) => void;
}) {
  const more = { ...(own ? { autoComplete: 'username' } : {}), ...(first ? { 'data-autofocus': true } : {}) };
  return <Field label="E-mail" type="email" required {...more} {...props} />;
}
