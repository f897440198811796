import { ActionIcon, Menu } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
import { Link } from 'wouter';
import type { User } from '../../../src/instance/http/users.ts';

/** What an administrator can do with a user. */
export function UserMenu({
  user: { id, email, role, locked },
  onChange,
  onPassword,
}: {
  user: User;
  onChange: (changes: Partial<Pick<User, 'role' | 'locked'>>) => void;
  onPassword: () => void;
}) {
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          c="var(--mantine-color-text)"
          aria-label={`Actions for ${email}`}
        >
          <IconDots size={18} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item component={Link} href={`/credentials?user=${id}`}>
          Credentials
        </Menu.Item>
        <Menu.Item onClick={onPassword}>New one-time password</Menu.Item>
        <Menu.Item onClick={() => onChange({ role: role === 'ADMIN' ? 'USER' : 'ADMIN' })}>
          {role === 'ADMIN' ? 'Make a plain user' : 'Make an administrator'}
        </Menu.Item>
        <Menu.Item
          {...(locked ? {} : { c: 'var(--mantine-color-error)' })}
          onClick={() => onChange({ locked: !locked })}
        >
          {locked ? 'Unlock' : 'Lock: signs in nowhere'}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
