import { Anchor, Code, Group, Text } from '@mantine/core';
import { IconExternalLink } from '@tabler/icons-react';
import { Copy } from '../copy.tsx';

/** Where the provider gives the keys of an app; nothing where that is not known. */
export function KeysAt({ name, keysAt }: { name: string; keysAt: string | null }) {
  if (keysAt === null) return null;
  return (
    <>
      {name} gives them at{' '}
      <Anchor href={keysAt} target="_blank" rel="noreferrer" inherit>
        {new URL(keysAt).host}
        <IconExternalLink size={14} role="img" aria-label="(opens a new tab)" style={{ marginLeft: 2 }} />
      </Anchor>
      .
    </>
  );
}

/** What the provider must know: users come back to the platform. */
export function RedirectUri({ value }: { value: string }) {
  return (
    <div>
      <Text size="sm">Redirect URL to enter at the provider: users come back to the platform.</Text>
      <Group gap={4} wrap="nowrap">
        <Code style={{ overflowWrap: 'anywhere' }}>{value}</Code>
        <Copy value={value} label="Copy the redirect URL" />
      </Group>
    </div>
  );
}
