import { useQuery } from '@tanstack/react-query';
import { ask } from '../lib/api.ts';
import type { AppView } from './shapes.ts';

export const APPS = '/api/keyferry/v1/apps';

/** The apps by slug, for their names. */
export function useAppNames(): (slug: string) => string {
  const { data } = useQuery({
    queryKey: [APPS],
    queryFn: () => ask<{ apps: AppView[] }>('GET', APPS),
    staleTime: 60_000,
  });
  const names = new Map(data?.apps.map(({ slug, name }) => [slug, name]));
  return slug => names.get(slug) ?? slug;
}
