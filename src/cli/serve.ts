import { destination } from 'pino';
import { createInstance, type Instance } from '../instance/index.ts';
import type { Effects } from '../lib/effects.ts';
import { createLog } from '../lib/log.ts';
import { VERSION } from '../lib/version.ts';
import { createPlatform, type Platform } from '../platform/index.ts';
import { textOf, type Values } from './command.ts';
import { type Addresses, type Configs, type LogLevel, readConfigs } from './configuration.ts';
import { environmentSources, readEnvironment } from './environment.ts';
import { explainDatabase } from './explain-database.ts';
import { type Gate, holdGate } from './gate.ts';
import type { Terminal } from './terminal.ts';
import { untilStopped } from './until-stopped.ts';

export interface Port {
  readonly port: number;
  /** The option that changes it. */
  readonly flag: string;
}

export interface ServeOptions {
  readonly values: Values;
  readonly instance?: Port;
  readonly platform?: Port;
}

/** What is open, in the order in which it was opened. */
export interface Opened {
  readonly gates: Gate[];
  readonly parts: Part[];
}

/** What is closed at the end. */
export interface Part {
  /** The gate behind which it is; none for what no port leads to. */
  readonly name?: string;
  close(): Promise<void>;
}

/** Runs one role or both until a signal comes. @returns the exit status */
export async function serve(options: ServeOptions, terminal: Terminal): Promise<number> {
  const data = textOf(options.values, 'data') ?? 'data';
  const env = readEnvironment({ file: textOf(options.values, 'env'), data });
  readConfigs({ env, data, addresses: expectedAddresses(options) });
  return withOpened(async opened => {
    const gates = await holdGates(options, opened);
    const sourceOf = environmentSources({ file: textOf(options.values, 'env'), data });
    const configs = readConfigs({ env, data, addresses: addressesOf(gates), sourceOf });
    const roles = await openRoles(configs, { log: logTo(configs.logLevel) }, opened);
    if (roles.instance) gates.instance?.open(roles.instance);
    if (roles.platform) gates.platform?.open(roles.platform);
    // Whoever reads the line may stop the process at once.
    const stopped = untilStopped(terminal, { drainMs: configs.drainMs, drain: () => drain(roles) });
    for (const [name, gate] of Object.entries(gates)) {
      if (gate)
        terminal.out(`The ${name} of Keyferry ${VERSION} listens on ${terminal.style('bold', gate.url)}`);
    }
    await offerSetup(roles, terminal);
    await untilEnd(stopped, roles);
  });
}

/** Waits for the end that was asked for. @throws KeyferryError where a database is damaged before */
export async function untilEnd(
  stopped: Promise<void>,
  roles: { instance: Instance | null; platform: Platform | null },
): Promise<void> {
  const damages = [roles.instance, roles.platform].flatMap(role => (role ? [role.damaged] : []));
  const damage = await Promise.race([stopped, ...damages]);
  if (damage) throw damage;
}

/** Has the roles say that they are not ready, so that a load balancer sends its callers elsewhere. */
export function drain(roles: { instance: Instance | null; platform: Platform | null }): void {
  roles.instance?.drain();
  roles.platform?.drain();
}

/** Prints where the first admin of a role is made, while there is none. The code behind the # is a secret. */
export async function offerSetup(
  roles: { instance: Instance | null; platform: Platform | null },
  terminal: Terminal,
): Promise<void> {
  for (const [name, role] of Object.entries(roles)) {
    const link = await role?.setupLink();
    if (link) terminal.out(`Make the first admin of the ${name}: ${terminal.style('green', link)}`);
  }
}

/**
 * Runs `body`, then closes what it opened: the instance's port (requests under way are finished), the instance with
 * its refreshes, and only then the platform's port, which they need, and the platform; the rest last.
 */
export async function withOpened(body: (opened: Opened) => Promise<void>): Promise<number> {
  const opened: Opened = { gates: [], parts: [] };
  try {
    await body(opened);
    return 0;
  } finally {
    const { gates, parts } = opened;
    for (const gate of gates) {
      await gate.close();
      for (const part of parts) if (part.name === gate.name) await part.close();
    }
    for (const part of parts.toReversed())
      if (!gates.some(({ name }) => name === part.name)) await part.close();
  }
}

/** Takes the ports of the roles that run here. @throws Failure when one is taken */
export async function holdGates(
  { values, instance, platform }: ServeOptions,
  opened: Opened,
): Promise<{ instance: Gate | null; platform: Gate | null }> {
  const host = textOf(values, 'host') ?? '127.0.0.1';
  async function hold(name: string, port: Port | undefined): Promise<Gate | null> {
    if (!port) return null;
    const gate = await holdGate({ name, host, ...port });
    opened.gates.push(gate);
    return gate;
  }
  return { instance: await hold('instance', instance), platform: await hold('platform', platform) };
}

/** Opens the roles' databases and starts the platform's deliveries. */
export async function openRoles(
  configs: Pick<Configs, 'instance' | 'platform'>,
  effects: Partial<Effects>,
  { parts }: Opened,
): Promise<{ instance: Instance | null; platform: Platform | null }> {
  const instance =
    configs.instance &&
    (await createInstance(configs.instance, effects).catch(explainDatabase(configs.instance.database)));
  if (instance) parts.push({ name: 'instance', close: instance.close });
  const platform =
    configs.platform &&
    (await createPlatform(configs.platform, effects).catch(explainDatabase(configs.platform.database)));
  if (platform) parts.push({ name: 'platform', close: platform.close });
  platform?.start();
  return { instance, platform };
}

export function addressesOf(gates: { instance: Gate | null; platform: Gate | null }): Addresses {
  return { instance: gates.instance?.url ?? null, platform: gates.platform?.url ?? null };
}

/** Where the roles will listen, for a look at the configuration before anything does. */
export function expectedAddresses({ values, instance, platform }: ServeOptions): Addresses {
  const host = textOf(values, 'host') ?? '127.0.0.1';
  const name = host.includes(':') ? `[${host}]` : host;
  const address = (port: Port | undefined) => (port ? `http://${name}:${port.port}` : null);
  return { instance: address(instance), platform: address(platform) };
}

/** The log goes to stderr: stdout is for whoever started this. */
export function logTo(level: LogLevel) {
  return createLog(level, destination(2));
}
