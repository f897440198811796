import {
  IconAppWindow,
  IconHourglass,
  IconPlugConnected,
  IconSend,
  IconSettings,
  IconTarget,
  IconUsers,
} from '@tabler/icons-react';
import { lazy, Suspense } from 'react';
import { Redirect, Route, Switch } from 'wouter';
import { Waiting } from '../parts/list.tsx';
import { NotFound } from '../parts/not-found.tsx';
import { Account } from '../shell/account.tsx';
import { Gate } from '../shell/gate.tsx';
import { type Place, Shell } from '../shell/shell.tsx';

const Apps = lazy(() => import('./apps/index.tsx'));
const Connections = lazy(() => import('./connections/index.tsx'));
const Deliveries = lazy(() => import('./deliveries/index.tsx'));
const Endings = lazy(() => import('./endings/index.tsx'));
const Operators = lazy(() => import('./operators/index.tsx'));
const Settings = lazy(() => import('./settings/index.tsx'));
const Targets = lazy(() => import('./targets/index.tsx'));

const PLACES: readonly Place[] = [
  { path: '/connections', label: 'Connections', icon: IconPlugConnected },
  { path: '/deliveries', label: 'Deliveries', icon: IconSend },
  { path: '/apps', label: 'App keys', icon: IconAppWindow },
  { path: '/targets', label: 'Targets', icon: IconTarget },
  { path: '/endings', label: 'About to end', icon: IconHourglass },
  { path: '/operators', label: 'Operators', icon: IconUsers },
  { path: '/settings', label: 'Settings', icon: IconSettings },
];

/** The desk of the platform's operator. */
export default function Platform() {
  return (
    <Gate>
      {user => (
        <Shell name="Platform" user={user} places={PLACES}>
          <Suspense fallback={<Waiting />}>
            <Switch>
              <Route path="/account">
                <Account user={user} />
              </Route>
              <Route path="/connections/:id?">
                <Connections />
              </Route>
              <Route path="/deliveries">
                <Deliveries />
              </Route>
              <Route path="/apps/:category?">
                <Apps />
              </Route>
              <Route path="/targets">
                <Targets />
              </Route>
              <Route path="/endings">
                <Endings />
              </Route>
              <Route path="/settings">
                <Settings />
              </Route>
              <Route path="/operators">
                <Operators />
              </Route>
              <Route path="/">
                <Redirect to="/connections" replace />
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
