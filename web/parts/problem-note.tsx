import { Text } from '@mantine/core';
import { reasonOf } from './reasons.ts';

/** Why something is in trouble, and what to do, below its status. */
export function ProblemNote({ code }: { code: string | null }) {
  if (code === null) return null;
  const { text, remedy } = reasonOf(code);
  return (
    <Text size="sm" maw={420}>
      {text}.{remedy !== null && <> {remedy}</>}
    </Text>
  );
}
