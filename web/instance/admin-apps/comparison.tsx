import { Alert, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { AppComparison } from '../../../src/instance/http/app-fingerprints.ts';
import { ask } from '../../lib/api.ts';
import { keyLabel } from '../../parts/key-label.ts';
import { COMPARISON } from './asked.ts';
import type { Verdict } from './select.ts';

const EVERY_MS = 30_000;

export interface Comparison {
  /** Null until it is known. */
  readonly platform: AppComparison['platform'] | null;
  readonly reason: string | null;
  readonly redirectUri: string | null;
  readonly verdicts: ReadonlyMap<string, Verdict>;
}

/** Whether the platform's keys are the same. The list does not wait for it, nor fail with it. */
export function useComparison(): Comparison {
  const { data } = useQuery({
    queryKey: COMPARISON,
    queryFn: () => ask<AppComparison>('GET', '/api/keyferry/v1/app-comparison'),
    refetchInterval: EVERY_MS,
  });
  return {
    platform: data?.platform ?? null,
    reason: data?.reason ?? null,
    redirectUri: data?.redirectUri ?? null,
    verdicts: new Map(data?.apps.map(one => [one.slug, one])),
  };
}

/** How the keys here stand to the platform's, for the whole list. */
export function ComparisonNote({ comparison }: { comparison: Comparison }) {
  const { platform, reason, verdicts } = comparison;
  if (platform === null) return null;
  if (platform === 'refused') {
    return (
      <Alert color="orange" variant="light" title="The platform does not take our secret">
        So its keys cannot be compared. Set the same CALCOM_WEBHOOK_SECRET and header name on both sides.
      </Alert>
    );
  }
  return (
    <Text size="sm" c="dimmed">
      {platform === 'known' && `Compared with the platform's keys: ${counted([...verdicts.values()])}.`}
      {platform === 'not_asked' && 'Whether the platform has the same keys is unknown: it does not tell.'}
      {platform === 'unreachable' &&
        `Whether the platform has the same keys is unknown: it cannot be reached (${reason}).`}
    </Text>
  );
}

function counted(verdicts: readonly Verdict[]): string {
  const of = (verdict: Verdict['verdict']) => verdicts.filter(one => one.verdict === verdict).length;
  const parts = [
    [of('same'), 'the same'],
    [of('differs'), 'different'],
    [of('theirs_missing'), 'only here'],
    [of('ours_missing'), 'only there'],
  ] as const;
  const told = parts.filter(([count]) => count > 0).map(([count, words]) => `${count} ${words}`);
  return told.join(', ') || 'neither side has any';
}

/** The same for one app, in its dialog. */
export function VerdictNote({ verdict, name }: { verdict: Verdict | null; name: string }) {
  if (verdict === null) return null;
  switch (verdict.verdict) {
    case 'same':
      return <Text size="sm">The client ID and secret are the same as the platform's.</Text>;
    case 'theirs_missing':
      return (
        <Alert color="orange" variant="light" title="The platform has no keys for this app">
          Users cannot connect {name} there before it has the same ones.
        </Alert>
      );
    case 'ours_missing':
      return (
        <Alert color="orange" variant="light" title="The platform has keys for this app">
          Enter the same ones here.
        </Alert>
      );
    case 'differs':
      return (
        <Alert color="red" variant="light" title="These keys differ from the platform's">
          Another value there: {verdict.differing.map(keyLabel).join(', ')}. Tokens belong to the client that
          they were given to, so enter the platform's value here, or correct it there.
        </Alert>
      );
  }
}
