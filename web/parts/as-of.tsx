import { Text } from '@mantine/core';
import { Time } from './time.tsx';

/** Says when numbers were counted that the server keeps for a while; nothing where they are of this moment. */
export function AsOf({ at }: { at: number | null | undefined }) {
  if (at === null || at === undefined) return null;
  return (
    <Text size="sm" c="dimmed">
      Counted <Time at={at} />
    </Text>
  );
}
