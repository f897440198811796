import {
  IconActivity,
  IconApps,
  IconKey,
  IconPlugConnected,
  IconSettings,
  IconUsers,
} from '@tabler/icons-react';
import { lazy } from 'react';
import { type RolePage, RolePages } from '../shell/role-pages.tsx';

const OF_ALL: [RolePage, ...RolePage[]] = [
  {
    path: '/apps/installed',
    detail: ':category',
    label: 'Your apps',
    icon: IconPlugConnected,
    Page: lazy(() => import('./installed/index.tsx')),
  },
  {
    path: '/apps',
    detail: ':slug',
    label: 'App store',
    icon: IconApps,
    Page: lazy(() => import('./store/index.tsx')),
  },
];

const OF_ADMINS: [RolePage, ...RolePage[]] = [
  {
    path: '/settings/admin/apps',
    detail: ':category',
    label: 'Apps',
    icon: IconApps,
    Page: lazy(() => import('./admin-apps/index.tsx')),
  },
  {
    path: '/credentials',
    detail: ':id',
    label: 'Credentials',
    icon: IconKey,
    Page: lazy(() => import('./credentials/index.tsx')),
  },
  { path: '/users', label: 'Users', icon: IconUsers, Page: lazy(() => import('./users/index.tsx')) },
  {
    path: '/activity',
    label: 'Activity',
    icon: IconActivity,
    Page: lazy(() => import('./activity/index.tsx')),
  },
  {
    path: '/settings/admin/system',
    label: 'Settings',
    icon: IconSettings,
    Page: lazy(() => import('./settings/index.tsx')),
  },
];

/** The pages of the instance: those of an administrator, and those of everybody. */
export default function Instance() {
  return (
    <RolePages
      name="Instance"
      pagesOf={({ role }) => (role === 'admin' ? [...OF_ADMINS, ...OF_ALL] : OF_ALL)}
    />
  );
}
