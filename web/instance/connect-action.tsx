import { Button, Text } from '@mantine/core';
import { IconExternalLink } from '@tabler/icons-react';

/** The way to the platform, where apps are connected: a link, or in words where nobody has given one. */
export function ConnectAction({
  name,
  connectUrl,
  platform,
  again,
  quiet = false,
}: {
  name: string;
  connectUrl: string | null;
  /** The platform's host, or null. */
  platform: string | null;
  /** Whether it was connected before. */
  again: boolean;
  quiet?: boolean;
}) {
  if (connectUrl === null) {
    const where = platform === null ? 'the product that you use this calendar with' : platform;
    return (
      <Text size="sm">
        Open {where} and connect {name} {again ? 'again ' : ''}there.
      </Text>
    );
  }
  return (
    <Button
      component="a"
      href={connectUrl}
      size="xs"
      variant={quiet ? 'default' : 'filled'}
      rightSection={<IconExternalLink size={14} aria-hidden />}
      // A long name takes a second line, and not the page out of its window.
      styles={{ root: { height: 'auto', paddingBlock: 7 }, label: { whiteSpace: 'normal', lineHeight: 1.4 } }}
    >
      {quiet ? `Manage ${name} on the platform` : `Connect ${name}${again ? ' again' : ''}`}
    </Button>
  );
}
