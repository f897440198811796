/** What is wrong with one variable, and what to do. Never holds its value. */
export interface ConfigProblem {
  readonly variable: string;
  readonly problem: string;
  readonly remedy: string;
}

/** Every problem of the configuration at once. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError' as const;
  readonly problems: readonly ConfigProblem[];
  constructor(problems: readonly ConfigProblem[]) {
    super(problems.map(({ variable, problem, remedy }) => `${variable} ${problem}. ${remedy}`).join('\n'));
    this.problems = problems;
  }
}

export type Env = Readonly<Record<string, string | undefined>>;

/** A variable that was looked for, as an operator may see it. */
export interface VariableInForce {
  readonly name: string;
  readonly set: boolean;
  /** The value where its kind holds no secret (an address without its query, a switch, a choice); else null. */
  readonly value: string | null;
  /** Where the value comes from, in words: "the environment", ".env"; null where nothing is set or nobody said. */
  readonly source: string | null;
}

export interface VariableReader {
  /** The text, or null when unset or empty. Quotes left around a value are a problem. */
  text(name: string): string | null;
  /** A text that must be there. */
  required(name: string, remedy: string): string;
  /** An http(s) address, used as it is, but for blanks around it. */
  url(name: string): string | null;
  /** An http(s) address that paths are put behind: without slashes at its end, doubled ones or a query. */
  baseUrl(name: string): string | null;
  /** An http(s) address that is called itself: without slashes at the end of its path, or doubled ones. */
  endpoint(name: string): string | null;
  flag(name: string, fallback: boolean): boolean;
  choice<Value extends string>(name: string, values: readonly Value[], fallback: Value): Value;
  /** Runs `read`; what it throws becomes a problem of `name`. */
  parsed<Value>(name: string, remedy: string, read: (text: string) => Value): Value | null;
  report(variable: string, problem: string, remedy: string): void;
  /** Each variable that was looked for, in that order. */
  readonly inForce: readonly VariableInForce[];
  readonly problems: readonly ConfigProblem[];
}

/** Reads variables and gathers what is wrong with them; the caller throws `ConfigError` once, with all of it. */
export function readVariables(env: Env): VariableReader {
  const problems: ConfigProblem[] = [];
  const inForce = new Map<string, VariableInForce>();
  function look(name: string, isPublic: boolean): void {
    const given = env[name] ?? '';
    const set = given !== '';
    inForce.set(name, { name, set, value: set && isPublic ? withoutQuery(given) : null, source: null });
  }
  function report(variable: string, problem: string, remedy: string): void {
    if (!problems.some(known => known.variable === variable && known.problem === problem)) {
      problems.push({ variable, problem, remedy });
    }
  }
  function text(name: string): string | null {
    if (!inForce.has(name)) look(name, false);
    const value = env[name];
    if (value === undefined || value === '') return null;
    if (isQuoted(value)) {
      report(name, 'has quotes around its value', 'Remove the quotes; they would become part of the value.');
    }
    return value;
  }
  function parsed<Value>(name: string, remedy: string, read: (text: string) => Value): Value | null {
    const value = text(name);
    // One cause, one problem: what is wrong with a quoted value may be its quotes.
    if (value === null || isQuoted(value)) return null;
    try {
      return read(value);
    } catch (error) {
      report(name, error instanceof Error ? error.message : 'cannot be read', remedy);
      return null;
    }
  }
  return {
    problems,
    report,
    text,
    parsed,
    get inForce() {
      return [...inForce.values()];
    },
    required(name, remedy) {
      const value = text(name);
      if (value === null) report(name, 'is not set', remedy);
      return value ?? '';
    },
    url(name) {
      look(name, true);
      return parsed(name, ADDRESS_REMEDY, value => {
        address(value);
        return value.trim();
      });
    },
    baseUrl(name) {
      look(name, true);
      return parsed(name, ADDRESS_REMEDY, value => {
        const url = address(value);
        if (url.search) throw new Error('holds a query');
        return url.origin + tidyPath(url);
      });
    },
    endpoint(name) {
      look(name, true);
      return parsed(name, ADDRESS_REMEDY, value => {
        const url = address(value);
        return url.origin + tidyPath(url) + url.search;
      });
    },
    flag(name, fallback) {
      look(name, true);
      const value = text(name);
      if (value === null) return fallback;
      if (!['true', 'false', '1', '0'].includes(value)) {
        report(name, 'is neither true nor false', 'Set it to true or false.');
      }
      return value === 'true' || value === '1';
    },
    choice(name, values, fallback) {
      look(name, true);
      const value = text(name);
      const found = values.find(candidate => candidate === value);
      if (value !== null && found === undefined) {
        report(name, 'is not one of its values', `Use one of: ${values.join(', ')}.`);
      }
      return found ?? fallback;
    },
  };
}

const ADDRESS_REMEDY = 'Give an address such as https://cal.example.com.';

function isQuoted(value: string): boolean {
  return /^(["']).*\1$/s.test(value);
}

/** An address as people may see it: some have a token in their query. */
export function withoutQuery(address: string): string {
  return address.replace(/\?.+$/s, '?…');
}

function address(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!/^\s*[a-z][a-z0-9+.-]*:\/\//i.test(text)) throw new Error('does not begin with https:// or http://');
  if (!url || !/^https?:$/.test(url.protocol)) throw new Error('is not an http or https address');
  if (url.username || url.password) throw new Error('holds a user name or a password');
  if (url.hash) throw new Error('holds a fragment');
  return url;
}

function tidyPath({ pathname }: URL): string {
  return pathname.replace(/\/{2,}/g, '/').replace(/\/$/, '');
}
