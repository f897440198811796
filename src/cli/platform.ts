import { CONFIG_OPTIONS, type Command, HOST_OPTION, portOf } from './command.ts';

export const platform: Command = {
  name: 'platform',
  summary: 'run the side where users connect their apps: pushes, refreshes',
  options: {
    port: { type: 'string', value: 'PORT', help: 'Port to listen on', fallback: '5100' },
    ...HOST_OPTION,
    ...CONFIG_OPTIONS,
  },
  notes: ['DATABASE_URL chooses PostgreSQL. Every variable: docs/operations.md'],
  async run(values, terminal) {
    const port = portOf(values, 'port');
    const { serve } = await import('./serve.ts');
    return serve({ values, platform: { port, flag: '--port' } }, terminal);
  },
};
