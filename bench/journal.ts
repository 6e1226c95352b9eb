/**
 * Facts a second into a journal on disk, one at a time and in batches of 1 000, and back: read and verified.
 * `node bench/journal.ts [SECONDS]`, default 3 a figure.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Draft } from '../src/journal/journal.ts';
import { openSqliteJournal } from '../src/journal/sqlite/open.ts';
import { systemClock } from '../src/runtime/clock.ts';

const limitMs = Number(process.argv[2] ?? 3) * 1000;
const directory = mkdtempSync(join(tmpdir(), 'kepil-bench-'));
const path = join(directory, 'journal.sqlite');
const journal = await openSqliteJournal({ path, clock: systemClock });

function draft(n: number): Draft {
  return {
    fact: {
      type: 'edge',
      check: `s${n % 100_000}/web`,
      vantage: 'local',
      to: n % 2 === 0 ? 'up' : 'down',
      earliest: 1_767_207_600_000 + n,
      latest: 1_767_207_602_000 + n,
      at: 1_767_207_602_100 + n,
      evidence: { error: 'connect_refused', address: '192.0.2.10', probes: 3 },
    },
  };
}

let written = 0;
async function measure(name: string, batchSize: number): Promise<void> {
  const start = performance.now();
  const before = written;
  while (performance.now() - start < limitMs) {
    await journal.append(Array.from({ length: batchSize }, (_, index) => draft(written + index)));
    written += batchSize;
  }
  report(name, written - before, start);
}

function report(name: string, facts: number, start: number): void {
  const seconds = (performance.now() - start) / 1000;
  console.log(`${name.padEnd(24)} ${Math.round(facts / seconds)} facts/s (${facts} in ${seconds.toFixed(2)} s)`);
}

try {
  await measure('append, one at a time', 1);
  await measure('append, batches of 1000', 1000);
  let start = performance.now();
  for (let seq = 0; seq < written; seq += 10_000) await journal.read(seq, 10_000);
  report('read, pages of 10000', written, start);
  start = performance.now();
  const verified = await journal.verify();
  report(`verify (${verified.ok ? 'ok' : 'broken'})`, written, start);
  console.log(`${Math.round(statSync(path).size / written)} bytes of file a fact`);
} finally {
  await journal.close();
  rmSync(directory, { recursive: true });
}
