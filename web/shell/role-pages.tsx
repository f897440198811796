import { type ComponentType, Suspense } from 'react';
import { Redirect, Route, Switch } from 'wouter';
import type { SignedIn } from '../lib/session.ts';
import { Waiting } from '../parts/list.tsx';
import { NotFound } from '../parts/not-found.tsx';
import { Account } from './account.tsx';
import { Gate } from './gate.tsx';
import { type Place, Shell } from './shell.tsx';

export interface RolePage extends Place {
  /** What is optional behind the path: `:id`. */
  readonly detail?: string;
  readonly Page: ComponentType;
}

/**
 * The pages of a role: for whoever is signed in, each at its path, and the first one at the start.
 * @param pagesOf those of a user, in the order of the menu
 */
export function RolePages({
  name,
  pagesOf,
}: {
  name: string;
  pagesOf: (user: SignedIn) => readonly [RolePage, ...RolePage[]];
}) {
  return (
    <Gate>
      {user => {
        const pages = pagesOf(user);
        // A longer path first: `/apps/installed` is not an app of `/apps`.
        const routes = pages.toSorted((one, other) => other.path.length - one.path.length);
        return (
          <Shell name={name} user={user} places={pages}>
            <Suspense fallback={<Waiting />}>
              <Switch>
                <Route path="/account">
                  <Account user={user} />
                </Route>
                {routes.map(({ path, detail, Page }) => (
                  <Route key={path} path={detail === undefined ? path : `${path}/${detail}?`}>
                    <Page />
                  </Route>
                ))}
                <Route path="/">
                  <Redirect to={pages[0].path} replace />
                </Route>
                <Route>
                  <NotFound />
                </Route>
              </Switch>
            </Suspense>
          </Shell>
        );
      }}
    </Gate>
  );
}
