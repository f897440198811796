import { Text } from '@mantine/core';

/** Somebody in a table: the name, and the e-mail below it. */
export function Person({ name, email }: { name: string | null; email: string }) {
  if (!name) return email;
  return (
    <>
      <Text size="sm">{name}</Text>
      <Text size="sm" c="dimmed">
        {email}
      </Text>
    </>
  );
}
