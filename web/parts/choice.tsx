import { NativeSelect } from '@mantine/core';

/** A filter with few values. The browser's own list works with every keyboard, reader and phone. */
export function Choice({
  label,
  value,
  options,
  onChoose,
}: {
  label: string;
  value: string;
  options: readonly (readonly [value: string, label: string])[];
  onChoose: (value: string) => void;
}) {
  return (
    <NativeSelect
      aria-label={label}
      value={value}
      data={options.map(([one, name]) => ({ value: one, label: name }))}
      onChange={event => onChoose(event.currentTarget.value)}
    />
  );
}
