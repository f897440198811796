import { CONFIG_OPTIONS, type Command, HOST_OPTION, portOf, textOf, UsageError } from './command.ts';

const LOOPBACK = ['127.0.0.1', 'localhost', '::1'];

export const up: Command = {
  name: 'up',
  summary: 'run both sides in one process',
  options: {
    'instance-port': { type: 'string', value: 'PORT', help: 'Port of the instance', fallback: '3000' },
    'platform-port': { type: 'string', value: 'PORT', help: 'Port of the platform', fallback: '5100' },
    ...HOST_OPTION,
    ...CONFIG_OPTIONS,
    sandbox: { type: 'boolean', help: 'Generate what is not set, emulate Google, show a tour' },
  },
  notes: [
    'Addresses that no variable sets are taken from the ports. DATABASE_URL chooses PostgreSQL.',
    'The sandbox keeps its secrets in DIR/secrets.env; delete DIR to begin anew.',
  ],
  async run(values, terminal) {
    const instance = { port: portOf(values, 'instance-port'), flag: '--instance-port' };
    const platform = { port: portOf(values, 'platform-port'), flag: '--platform-port' };
    if (!values.sandbox) {
      const { serve } = await import('./serve.ts');
      return serve({ values, instance, platform }, terminal);
    }
    if (!LOOPBACK.includes(textOf(values, 'host') ?? '')) {
      throw new UsageError('--sandbox shows pages without a password, so it listens on 127.0.0.1 only.');
    }
    const { serveSandbox } = await import('./sandbox/serve-sandbox.ts');
    return serveSandbox({ values, instance, platform }, terminal);
  },
};
