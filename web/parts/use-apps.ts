import { useQuery } from '@tanstack/react-query';
import { ask } from '../lib/api.ts';

/** The route of both roles that lists the apps, and the key under which the pages keep its answer. */
export const APPS = '/api/keyferry/v1/apps';

/**
 * The apps as a role lists them to those who administer it.
 * @param everyMs how often they are asked for again while the page is looked at
 */
export function useApps<App>({ everyMs }: { everyMs?: number } = {}) {
  return useQuery({
    queryKey: [APPS],
    queryFn: () => ask<{ apps: App[] }>('GET', APPS),
    ...(everyMs === undefined ? { staleTime: 60_000 } : { refetchInterval: everyMs }),
  });
}

/** The names of apps by slug; the slug itself until they are known. */
export function useAppNames(): (slug: string) => string {
  const { data } = useApps<{ slug: string; name: string }>();
  const names = new Map(data?.apps.map(({ slug, name }) => [slug, name]));
  return slug => names.get(slug) ?? slug;
}
