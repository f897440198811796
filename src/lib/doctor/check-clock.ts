import type { Finding, Findings } from './finding.ts';

const WARN_MS = 60_000;
const FAIL_MS = 300_000;
const REMEDY =
  'Let both machines keep time (timedatectl set-ntp true): expiries are compared with the clock.';

/** @param theirs and @param ours epoch milliseconds of one moment */
export function checkClock(theirs: number, ours: number, findings: Findings): Finding {
  const seconds = Math.round((theirs - ours) / 1000);
  const detail =
    Math.abs(seconds) < 2
      ? 'agrees with ours'
      : `is ${Math.abs(seconds)} s ${seconds > 0 ? 'ahead of' : 'behind'} ours`;
  if (Math.abs(theirs - ours) > FAIL_MS) return findings.failed('clock', detail, REMEDY);
  if (Math.abs(theirs - ours) > WARN_MS) return findings.warning('clock', detail, REMEDY);
  return findings.ok('clock', detail);
}

/** The clock of a side that tells it only in its Date header, to the second. */
export function checkDateHeader(headers: Headers, askedAt: number, findings: Findings): Finding {
  const date = Date.parse(headers.get('date') ?? '');
  if (Number.isNaN(date)) return findings.notPossible('clock', 'its answers carry no date');
  return checkClock(date + 500, askedAt, findings);
}
