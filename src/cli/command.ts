import { type ParseArgsConfig, parseArgs } from 'node:util';
import type { Terminal } from './terminal.ts';

/** One option of a command, with what `--help` says of it. */
export interface Option {
  readonly type: 'string' | 'boolean';
  /** What stands for the value in the help: `PORT`. */
  readonly value?: string;
  readonly help: string;
  /** Shown in the help, and taken when the option is absent. */
  readonly fallback?: string;
}

export type Options = Readonly<Record<string, Option>>;

/** Options as they were given. Unknown ones never get here. */
export type Values = Readonly<Record<string, string | boolean | undefined>>;

export interface Command {
  /** One word or two: `up`, `user add`. */
  readonly name: string;
  readonly summary: string;
  readonly options: Options;
  /** Further lines of the help. */
  readonly notes?: readonly string[];
  /** @returns the exit status */
  run(values: Values, terminal: Terminal): Promise<number>;
}

/** The command line cannot be understood. Exit status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError' as const;
}

const HELP: Options = { help: { type: 'boolean', help: 'Show this help' } };

/**
 * Reads the arguments behind a command's name.
 * @throws UsageError
 */
export function parseOptions(command: Command, args: readonly string[]): Values {
  const options: NonNullable<ParseArgsConfig['options']> = { help: { type: 'boolean', short: 'h' } };
  for (const [name, { type, fallback }] of Object.entries(command.options)) {
    options[name] = fallback === undefined ? { type } : { type, default: fallback };
  }
  try {
    const { values } = parseArgs({ args: [...args], options, strict: true, allowPositionals: false });
    return values as Values;
  } catch (error) {
    const [reason = ''] = error instanceof Error ? error.message.split(/\.(?:\s|$)/) : [];
    throw new UsageError(`${reason}. See: keyferry ${command.name} --help`);
  }
}

/** The help of one command. */
export function helpOf(command: Command): string {
  const rows = Object.entries({ ...command.options, ...HELP }).map(([name, option]) => [
    `--${name}${option.value ? ` ${option.value}` : ''}`,
    option.fallback === undefined ? option.help : `${option.help} (default ${option.fallback})`,
  ]);
  const width = Math.max(...rows.map(([left = '']) => left.length));
  return [
    `keyferry ${command.name}: ${command.summary}`,
    '',
    `Usage: keyferry ${command.name} [options]`,
    '',
    ...rows.map(([left = '', right = '']) => `  ${left.padEnd(width)}  ${right}`),
    ...(command.notes ? ['', ...command.notes] : []),
    '',
  ].join('\n');
}

/** The text of an option, or undefined when it was not given. */
export function textOf(values: Values, name: string): string | undefined {
  const value = values[name];
  return typeof value === 'string' ? value : undefined;
}

/**
 * A TCP port; 0 takes any free one.
 * @throws UsageError
 */
export function portOf(values: Values, name: string): number {
  const text = textOf(values, name) ?? '';
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) {
    throw new UsageError(`--${name} takes a number from 0 to 65535, not "${text}".`);
  }
  return port;
}

/** The options that every command which reads the configuration has. */
export const CONFIG_OPTIONS = {
  env: { type: 'string', value: 'FILE', help: 'Variables; the process environment wins (default ./.env)' },
  data: { type: 'string', value: 'DIR', help: 'Folder of the SQLite files', fallback: './data' },
} as const satisfies Options;

export const HOST_OPTION = {
  host: { type: 'string', value: 'HOST', help: 'Address to listen on', fallback: '127.0.0.1' },
} as const satisfies Options;
