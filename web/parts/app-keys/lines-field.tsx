import { ActionIcon, Button, Group, Input, Stack, TextInput } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useRef } from 'react';
import type { AppKey } from '../../../src/lib/http/app-keys.ts';
import { keyLabel } from '../key-label.ts';
import { type Draft, isFaulty, linesOf } from './draft.ts';
import { SetAt } from './key-field.tsx';

/** A key of several values: a line each. */
export function LinesField({
  field,
  draft,
  fault,
  onChange,
}: {
  field: AppKey;
  draft: Draft;
  fault: string | null;
  onChange: (lines: string[]) => void;
}) {
  const label = keyLabel(field.name);
  const lines = linesOf(field, draft);
  const list = useRef<HTMLDivElement>(null);

  /** The focus stays in the list when a line comes or goes. */
  function change(next: string[], focus: number): void {
    onChange(next);
    requestAnimationFrame(() => list.current?.querySelectorAll('input')[Math.max(0, focus)]?.focus());
  }

  return (
    <Input.Wrapper
      component="fieldset"
      label={label}
      labelElement="div"
      description={<SetAt field={field} />}
      error={fault === null ? null : `${label} ${fault}`}
      required={field.required}
      aria-label={label}
      style={{ border: 0, margin: 0, padding: 0, minWidth: 0 }}
    >
      <Stack gap="xs" mt={4} ref={list}>
        {lines.map((line, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place, and may stand twice
          <Group key={index} gap="xs" wrap="nowrap">
            <TextInput
              aria-label={`${label}, line ${index + 1}`}
              error={isFaulty(fault, index)}
              spellCheck={false}
              value={line}
              onChange={event => onChange(lines.with(index, event.currentTarget.value))}
              style={{ flex: 1 }}
            />
            <ActionIcon
              variant="default"
              size="lg"
              aria-label={`Remove line ${index + 1} of ${label}`}
              disabled={lines.length === 1 && line === ''}
              onClick={() => change(lines.toSpliced(index, 1), index - 1)}
            >
              <IconTrash size={16} aria-hidden />
            </ActionIcon>
          </Group>
        ))}
        <Group>
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconPlus size={14} aria-hidden />}
            onClick={() => change([...lines, ''], lines.length)}
          >
            Add a line
          </Button>
        </Group>
      </Stack>
    </Input.Wrapper>
  );
}
