import { Text } from '@mantine/core';
import type { OwnCredentialView } from '../../src/instance/http/me.ts';
import { Time } from '../parts/time.tsx';

/** Where a credential comes from, in words. @param platform its host, where that is known */
export function provenanceName(provenance: string, platform: string | null = null): string {
  if (provenance !== 'platform') return provenance;
  return platform === null ? 'the platform' : `the platform (${platform})`;
}

/** Where a credential comes from, and when it last did. */
export function Provenance({
  credential: { provenance, syncedAt, createdAt },
  platform,
}: {
  credential: OwnCredentialView;
  platform: string | null;
}) {
  return (
    <Text size="sm" c="dimmed">
      From {provenanceName(provenance, platform)}, synced <Time at={syncedAt ?? createdAt} />
    </Text>
  );
}
