import { CONFIG_OPTIONS, type Command, HOST_OPTION, portOf } from './command.ts';

export const instance: Command = {
  name: 'instance',
  summary: 'run the scheduling side: receives credentials, keeps them, uses them',
  options: {
    port: { type: 'string', value: 'PORT', help: 'Port to listen on', fallback: '3000' },
    ...HOST_OPTION,
    ...CONFIG_OPTIONS,
  },
  notes: ['DATABASE_URL chooses PostgreSQL. Every variable: docs/operations.md'],
  async run(values, terminal) {
    const port = portOf(values, 'port');
    const { serve } = await import('./serve.ts');
    return serve({ values, instance: { port, flag: '--port' } }, terminal);
  },
};
