import {
  IconAppWindow,
  IconHourglass,
  IconPlugConnected,
  IconSend,
  IconSettings,
  IconTarget,
  IconUsers,
} from '@tabler/icons-react';
import { lazy } from 'react';
import { type RolePage, RolePages } from '../shell/role-pages.tsx';

const PAGES: [RolePage, ...RolePage[]] = [
  {
    path: '/connections',
    detail: ':id',
    label: 'Connections',
    icon: IconPlugConnected,
    Page: lazy(() => import('./connections/index.tsx')),
  },
  {
    path: '/deliveries',
    label: 'Deliveries',
    icon: IconSend,
    Page: lazy(() => import('./deliveries/index.tsx')),
  },
  {
    path: '/apps',
    detail: ':category',
    label: 'App keys',
    icon: IconAppWindow,
    Page: lazy(() => import('./apps/index.tsx')),
  },
  { path: '/targets', label: 'Targets', icon: IconTarget, Page: lazy(() => import('./targets/index.tsx')) },
  {
    path: '/endings',
    label: 'About to end',
    icon: IconHourglass,
    Page: lazy(() => import('./endings/index.tsx')),
  },
  {
    path: '/operators',
    label: 'Operators',
    icon: IconUsers,
    Page: lazy(() => import('./operators/index.tsx')),
  },
  {
    path: '/settings',
    label: 'Settings',
    icon: IconSettings,
    Page: lazy(() => import('./settings/index.tsx')),
  },
];

/** The desk of the platform's operator. */
export default function Platform() {
  return <RolePages name="Platform" pagesOf={() => PAGES} />;
}
