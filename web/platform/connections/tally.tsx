import { Paper, Text } from '@mantine/core';
import { Link } from 'wouter';

/** A number that leads to what it counts. */
export function Tally({
  label,
  count,
  href,
  bad = false,
}: {
  label: string;
  count: number;
  href: string;
  /** Whether anything but nought is bad news. */
  bad?: boolean;
}) {
  return (
    <Paper component={Link} href={href} withBorder p="sm" c="inherit" td="none">
      <Text size="xl" fw={700} {...(bad && count > 0 ? { c: 'var(--mantine-color-error)' } : {})}>
        {count.toLocaleString()}
      </Text>
      <Text size="sm" c="dimmed">
        {label}
      </Text>
    </Paper>
  );
}
