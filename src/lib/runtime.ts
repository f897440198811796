/** The oldest Node that this runs on: it takes away types by itself, and has the SQLite and TLS that are relied on. */
const OLDEST = { major: 22, minor: 18 };

/**
 * What keeps this from running here, in one sentence; null where nothing does. Bun is refused because its `undici` is its own
 * fetch, which asks no look-up of ours: addresses that users type would be reached without being judged.
 */
export function runtimeProblem(versions: Readonly<Record<string, string | undefined>>): string | null {
  if (versions.bun !== undefined) {
    return `Keyferry does not run on Bun ${versions.bun}: there the addresses that users type would be reached without being judged. Run it with Node 22.18 or later.`;
  }
  const [major = 0, minor = 0] = (versions.node ?? '').split('.').map(Number);
  if (major > OLDEST.major || (major === OLDEST.major && minor >= OLDEST.minor)) return null;
  return `Keyferry needs Node 22.18 or later; this is ${versions.node ?? 'another runtime'}. Install a current Node: https://nodejs.org/en/download`;
}

const problem = runtimeProblem(process.versions);
if (problem !== null) throw new Error(problem);
