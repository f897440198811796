/** Prints what the tests of this folder saw, as a table: `node test/hangs/print.ts`, after `vitest run test/hangs`. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { HangCell, HangOutcome } from './cells.ts';

type Seen = HangCell & HangOutcome;

const FOLDER = new URL('../../test-output/hangs/', import.meta.url);
const files = existsSync(FOLDER) ? readdirSync(FOLDER).filter(name => name.endsWith('.jsonl')) : [];
const seen = new Map<string, Seen>();
for (const file of files.sort()) {
  for (const line of readFileSync(new URL(file, FOLDER), 'utf8').trim().split('\n')) {
    const cell = JSON.parse(line) as Seen;
    // A later run of a cell takes the place of an earlier one.
    seen.set([cell.neighbour, cell.fault, cell.detail ?? '', cell.engine].join('|'), cell);
  }
}
const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
const rows = [...seen.values()].sort((one, other) => order(one).localeCompare(order(other)));
console.log('| what happens | engine | what is promised | longest wait | recovered after | lost | reused |');
console.log('| --- | --- | --- | --- | --- | --- | --- |');
for (const { neighbour, fault, detail, engine, promised, longestWaitMs, recoveryMs, lost, reused } of rows) {
  const what = `${neighbour} ${fault}${detail === undefined ? '' : `, ${detail}`}`;
  const recovered = recoveryMs === null ? 'never stopped' : seconds(recoveryMs);
  const values = [what, engine, promised, seconds(longestWaitMs), recovered, lost, reused];
  console.log(`| ${values.join(' | ')} |`);
}

function order({ neighbour, fault, detail = '', engine }: Seen): string {
  return [neighbour, fault, detail, engine].join(' ');
}
