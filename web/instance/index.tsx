import {
  IconActivity,
  IconApps,
  IconKey,
  IconPlugConnected,
  IconSettings,
  IconUsers,
} from '@tabler/icons-react';
import { lazy, Suspense } from 'react';
import { Redirect, Route, Switch } from 'wouter';
import { Waiting } from '../parts/list.tsx';
import { NotFound } from '../parts/not-found.tsx';
import { Account } from '../shell/account.tsx';
import { Gate } from '../shell/gate.tsx';
import { type Place, Shell } from '../shell/shell.tsx';

const Activity = lazy(() => import('./activity/index.tsx'));
const AdminApps = lazy(() => import('./admin-apps/index.tsx'));
const Credentials = lazy(() => import('./credentials/index.tsx'));
const Installed = lazy(() => import('./installed/index.tsx'));
const Settings = lazy(() => import('./settings/index.tsx'));
const Store = lazy(() => import('./store/index.tsx'));
const Users = lazy(() => import('./users/index.tsx'));

const OF_ALL: readonly Place[] = [
  { path: '/apps/installed', label: 'Your apps', icon: IconPlugConnected },
  { path: '/apps', label: 'App store', icon: IconApps },
];
const OF_ADMINS: readonly Place[] = [
  { path: '/settings/admin/apps', label: 'Apps', icon: IconApps },
  { path: '/credentials', label: 'Credentials', icon: IconKey },
  { path: '/users', label: 'Users', icon: IconUsers },
  { path: '/activity', label: 'Activity', icon: IconActivity },
  { path: '/settings/admin/system', label: 'Settings', icon: IconSettings },
];

/** The pages of the instance: those of an administrator, and those of everybody. */
export default function Instance() {
  return (
    <Gate>
      {user => (
        <Shell
          name="Instance"
          user={user}
          places={user.role === 'admin' ? [...OF_ADMINS, ...OF_ALL] : OF_ALL}
        >
          <Suspense fallback={<Waiting />}>
            <Switch>
              <Route path="/account">
                <Account user={user} />
              </Route>
              <Route path="/apps/installed/:category?">
                <Installed />
              </Route>
              <Route path="/apps/:slug?">
                <Store />
              </Route>
              {user.role === 'admin' && (
                <Switch>
                  <Route path="/settings/admin/apps/:category?">
                    <AdminApps />
                  </Route>
                  <Route path="/settings/admin/system">
                    <Settings />
                  </Route>
                  <Route path="/credentials/:id?">
                    <Credentials />
                  </Route>
                  <Route path="/users">
                    <Users />
                  </Route>
                  <Route path="/activity">
                    <Activity />
                  </Route>
                  <Route path="/">
                    <Redirect to="/settings/admin/apps" replace />
                  </Route>
                  <Route>
                    <NotFound />
                  </Route>
                </Switch>
              )}
              <Route path="/">
                <Redirect to="/apps/installed" replace />
              </Route>
              <Route>
                <NotFound />
              </Route>
            </Switch>
          </Suspense>
        </Shell>
      )}
    </Gate>
  );
}
