import type { Finding, Verdict } from '../../lib/doctor/index.ts';
import type { Terminal } from '../terminal.ts';

const SIGNS: Readonly<Record<Verdict, readonly ['green' | 'yellow' | 'red' | 'dim', string]>> = {
  ok: ['green', 'ok      '],
  warning: ['yellow', 'warning '],
  failed: ['red', 'failed  '],
  'not possible': ['dim', '-       '],
};

/** A line a finding, the remedy below it, and a sum. */
export function printFindings(findings: readonly Finding[], terminal: Terminal): void {
  for (const role of ['instance', 'platform'] as const) {
    const own = findings.filter(finding => finding.role === role);
    if (own.length === 0) continue;
    terminal.out(terminal.style('bold', role === 'instance' ? 'Instance' : 'Platform'));
    for (const { check, verdict, detail, remedy } of own) {
      const [style, sign] = SIGNS[verdict];
      terminal.out(`  ${terminal.style(style, sign)} ${check}: ${detail}`);
      if (remedy !== null) terminal.out(`           ${remedy}`);
    }
  }
  const count = (verdict: Verdict) => findings.filter(finding => finding.verdict === verdict).length;
  terminal.out(`${count('ok')} ok, ${count('warning')} warnings, ${count('failed')} failed`);
}

/** The same for programs. */
export function printJson(findings: readonly Finding[], terminal: Terminal): void {
  const healthy = findings.every(({ verdict }) => verdict !== 'failed');
  terminal.out(JSON.stringify({ healthy, findings }, null, 2));
}
