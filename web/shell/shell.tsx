import { AppShell, Box, Burger, Button, Group, NavLink, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconDoor, IconUser, type TablerIcon } from '@tabler/icons-react';
import { type ReactNode, useEffect } from 'react';
import { Link, useLocation } from 'wouter';
import { ask } from '../lib/api.ts';
import { SESSION_KEY, type SignedIn } from '../lib/session.ts';
import { useWrite } from '../lib/use-write.ts';

export interface Place {
  readonly path: string;
  readonly label: string;
  readonly icon: TablerIcon;
}

/** What stands around the pages of somebody who is signed in. */
export function Shell({
  name,
  user,
  places,
  children,
}: {
  name: string;
  user: SignedIn;
  places: readonly Place[];
  children: ReactNode;
}) {
  const [opened, { toggle, close }] = useDisclosure();
  const [path] = useLocation();
  // biome-ignore lint/correctness/useExhaustiveDependencies: on a phone the menu closes when a page was chosen
  useEffect(close, [path]);
  // "/apps/installed" is below "/apps" too: the longest path is the one that was meant.
  const here = places
    .map(place => place.path)
    .filter(to => path === to || path.startsWith(`${to}/`))
    .reduce((longest, to) => (to.length > longest.length ? to : longest), '');
  const signOut = useWrite(() => ask('DELETE', '/api/session'), { changes: [SESSION_KEY] });
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 232, breakpoint: 'sm', collapsed: { mobile: !opened } }}
      padding={{ base: 'sm', sm: 'lg' }}
    >
      <a className="skip-link" href="#content">
        Skip to the content
      </a>
      <AppShell.Header px="md">
        <Group h="100%" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger
              opened={opened}
              onClick={toggle}
              hiddenFrom="sm"
              size="sm"
              aria-label={opened ? 'Close the menu' : 'Open the menu'}
              aria-expanded={opened}
            />
            <Text fw={700}>Keyferry</Text>
            <Text c="dimmed" visibleFrom="xs">
              {name}
            </Text>
          </Group>
          <Button
            component={Link}
            href="/account"
            variant="subtle"
            color="gray"
            c="var(--mantine-color-text)"
            size="compact-sm"
            leftSection={<IconUser size={16} aria-hidden />}
          >
            <Text span size="sm" truncate maw={180}>
              {user.name || user.email}
            </Text>
          </Button>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="sm">
        <Stack component="nav" aria-label="Pages" gap={4} style={{ flex: 1, overflowY: 'auto' }}>
          {places.map(({ path: to, label, icon: Icon }) => (
            <NavLink
              key={to}
              component={Link}
              href={to}
              label={label}
              leftSection={<Icon size={18} aria-hidden />}
              active={to === here}
              aria-current={path === to ? 'page' : undefined}
            />
          ))}
        </Stack>
        <Button
          variant="subtle"
          color="gray"
          c="var(--mantine-color-text)"
          justify="flex-start"
          leftSection={<IconDoor size={18} aria-hidden />}
          loading={signOut.isPending}
          onClick={() => signOut.mutate(undefined)}
        >
          Sign out
        </Button>
      </AppShell.Navbar>
      <AppShell.Main>
        <Box id="content" tabIndex={-1} maw={1200} mx="auto" style={{ outline: 'none' }}>
          {children}
        </Box>
      </AppShell.Main>
    </AppShell>
  );
}
