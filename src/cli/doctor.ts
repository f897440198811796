import type { Role } from '../lib/doctor/index.ts';
import { CONFIG_OPTIONS, type Command, textOf, UsageError } from './command.ts';

const ROLES: Readonly<Record<string, readonly Role[]>> = {
  instance: ['instance'],
  platform: ['platform'],
  both: ['instance', 'platform'],
};

export const doctor: Command = {
  name: 'doctor',
  summary: 'check the configuration and the other side',
  options: {
    role: {
      type: 'string',
      value: 'ROLE',
      help: 'What runs here: instance, platform or both',
      fallback: 'both',
    },
    json: { type: 'boolean', help: 'Print the findings as JSON' },
    ...CONFIG_OPTIONS,
  },
  notes: [
    'Looks at the variables, the databases, whether each side reaches the other, the secret, the',
    'encryption, the apps that both know, and the clocks. Start both sides first. Exit status 1 on any failure.',
  ],
  async run(values, terminal) {
    const roles = ROLES[textOf(values, 'role') ?? 'both'];
    if (!roles) throw new UsageError('--role takes instance, platform or both.');
    const { examine } = await import('./doctor/examine.ts');
    const { printFindings, printJson } = await import('./doctor/print-findings.ts');
    const findings = await examine(roles, {
      data: textOf(values, 'data') ?? 'data',
      file: textOf(values, 'env'),
    });
    if (values.json) printJson(findings, terminal);
    else printFindings(findings, terminal);
    return findings.some(({ verdict }) => verdict === 'failed') ? 1 : 0;
  },
};
