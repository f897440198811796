import { useApps } from '../parts/use-apps.ts';
import type { PlatformApp } from './shapes.ts';

/** The slugs of the apps that somebody has connected. */
export function useHeldApps(): readonly string[] {
  const { data } = useApps<PlatformApp>();
  return data?.apps.flatMap(({ slug, held }) => (held > 0 ? [slug] : [])) ?? [];
}
