import { useQuery } from '@tanstack/react-query';
import { ask } from '../lib/api.ts';
import type { PlatformApp } from './shapes.ts';

export const APPS = '/api/keyferry/v1/apps';

/** The apps by slug, for their names. */
export function useAppNames(): (slug: string) => string {
  const names = new Map(useApps().map(({ slug, name }) => [slug, name]));
  return slug => names.get(slug) ?? slug;
}

/** The slugs of the apps that somebody has connected. */
export function useHeldApps(): readonly string[] {
  return useApps().flatMap(({ slug, held }) => (held > 0 ? [slug] : []));
}

function useApps(): readonly PlatformApp[] {
  const { data } = useQuery({
    queryKey: [APPS],
    queryFn: () => ask<{ apps: PlatformApp[] }>('GET', APPS),
    staleTime: 60_000,
  });
  return data?.apps ?? [];
}
