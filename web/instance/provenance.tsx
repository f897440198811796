import { Text } from '@mantine/core';
import type { OwnCredentialView } from '../../src/instance/http/me.ts';
import { Time } from '../parts/time.tsx';

/** Where a credential comes from, and when it last did. */
export function Provenance({
  credential: { provenance, syncedAt, createdAt },
  platform,
}: {
  credential: OwnCredentialView;
  platform: string | null;
}) {
  const from =
    provenance === 'platform' ? `the platform${platform === null ? '' : ` (${platform})`}` : provenance;
  return (
    <Text size="sm" c="dimmed">
      From {from}, synced <Time at={syncedAt ?? createdAt} />
    </Text>
  );
}
