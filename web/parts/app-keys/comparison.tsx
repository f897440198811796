import { Alert, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { Verdict } from '../../../src/lib/http/app-keys.ts';
import { ask } from '../../lib/api.ts';
import { keyLabel } from '../key-label.ts';

const EVERY_MS = 30_000;

export const COMPARISON = ['/api/keyferry/v1/app-comparison'];

/** The side that the keys here are compared with. */
export type Other = 'platform' | 'instance';

type Standing = 'known' | 'not_asked' | 'refused' | 'unreachable';

/** As either role answers it: where the other side stands goes by its name. */
type Answer = Partial<Record<Other, Standing>> & {
  readonly reason: string | null;
  readonly redirectUri?: string | null;
  readonly apps: readonly Verdict[];
};

export interface Comparison {
  readonly other: Other;
  /** Null until it is known. */
  readonly standing: Standing | null;
  readonly reason: string | null;
  /** The platform's, where it told. */
  readonly redirectUri: string | null;
  readonly verdicts: ReadonlyMap<string, Verdict>;
}

/** Whether the other side's keys are the same. The list does not wait for it, nor fail with it. */
export function useComparison(other: Other): Comparison {
  const { data } = useQuery({
    queryKey: COMPARISON,
    queryFn: () => ask<Answer>('GET', '/api/keyferry/v1/app-comparison'),
    refetchInterval: EVERY_MS,
  });
  return {
    other,
    standing: data?.[other] ?? null,
    reason: data?.reason ?? null,
    redirectUri: data?.redirectUri ?? null,
    verdicts: new Map(data?.apps.map(one => [one.slug, one])),
  };
}

/** How the keys here stand to the other side's, for the whole list. */
export function ComparisonNote({ comparison }: { comparison: Comparison }) {
  const { other, standing, reason, verdicts } = comparison;
  if (standing === null) return null;
  if (standing === 'refused') {
    return (
      <Alert color="orange" variant="light" title={`The ${other} does not take our secret`}>
        So its keys cannot be compared. Set the same CALCOM_WEBHOOK_SECRET and header name on both sides.
      </Alert>
    );
  }
  return (
    <Text size="sm" c="dimmed">
      {standing === 'known' && `Compared with the ${other}'s keys: ${counted([...verdicts.values()])}.`}
      {standing === 'not_asked' && `Whether the ${other} has the same keys is unknown: it does not tell.`}
      {standing === 'unreachable' &&
        `Whether the ${other} has the same keys is unknown: it cannot be reached (${reason}).`}
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
export function VerdictNote({
  comparison: { other, verdicts },
  slug,
  name,
}: {
  comparison: Comparison;
  slug: string;
  name: string;
}) {
  const verdict = verdicts.get(slug);
  switch (verdict?.verdict) {
    case undefined:
      return null;
    case 'same':
      return <Text size="sm">The client ID and secret are the same as the {other}'s.</Text>;
    case 'theirs_missing':
      return (
        <Alert color="orange" variant="light" title={`The ${other} has no keys for this app`}>
          {other === 'platform'
            ? `Users cannot connect ${name} there before it has the same ones.`
            : 'Enter the same ones there, on settings/admin/apps.'}
        </Alert>
      );
    case 'ours_missing':
      return (
        <Alert color="orange" variant="light" title={`The ${other} has keys for this app`}>
          Enter the same ones here.
        </Alert>
      );
    case 'differs':
      return (
        <Alert color="red" variant="light" title={`These keys differ from the ${other}'s`}>
          Another value there: {verdict.differing.map(keyLabel).join(', ')}. Tokens belong to the client that
          they were given to, so enter the {other}'s value here, or correct it there.
        </Alert>
      );
  }
}
