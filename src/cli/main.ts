#!/usr/bin/env node
import module from 'node:module';

// Before anything else is loaded: an older Node would fail further in, with a message about syntax.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `keyferry needs Node 22.18 or later; this is ${process.version} (${process.execPath}).\n` +
      'Install a current Node: https://nodejs.org/en/download\n',
  );
  process.exit(1);
}
if (process.versions.bun !== undefined) {
  process.stderr.write(
    `keyferry does not run on Bun ${process.versions.bun}: there the addresses that users type would be reached without being judged.\n` +
      'Run it with Node 22.18 or later: https://nodejs.org/en/download\n',
  );
  process.exit(1);
}
module.enableCompileCache();
const { run } = await import('./run.ts');
process.exitCode = await run(process.argv.slice(2));
