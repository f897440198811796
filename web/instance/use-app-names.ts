import { useQuery } from '@tanstack/react-query';
import type { AdminApp } from '../../src/instance/http/apps.ts';
import { ask } from '../lib/api.ts';
import { APPS } from './admin-apps/asked.ts';

/** The names of apps by slug, for an administrator; the slug itself until they are known. */
export function useAppNames(): (slug: string) => string {
  const { data } = useQuery({
    queryKey: APPS,
    queryFn: () => ask<{ apps: AdminApp[] }>('GET', '/api/keyferry/v1/apps'),
    staleTime: 60_000,
  });
  const names = new Map(data?.apps.map(({ slug, name }) => [slug, name]));
  return slug => names.get(slug) ?? slug;
}
