import type { PlatformConfig } from '../config.ts';

/** Where providers send browsers back to. One for all apps: the state tells them apart. */
export function redirectUri({ config }: { readonly config: Pick<PlatformConfig, 'publicUrl'> }): string {
  return `${config.publicUrl}/api/connect/callback`;
}
