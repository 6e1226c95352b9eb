/**
 * How long a replay file of observations takes to read. `node bench/replay-file.ts [LINES]`, default 1 000 000.
 */
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatInstant } from '../src/domain/time/contract-calendar.ts';
import { readReplayFile } from '../src/journal/replay/read-file.ts';

const lines = Number(process.argv[2] ?? 1_000_000);
const directory = mkdtempSync(join(tmpdir(), 'kepil-bench-'));
const path = join(directory, 'observations.ndjson');

function write(): void {
  const file = openSync(path, 'w');
  let block = `${JSON.stringify({ type: 'check', id: 's1/web' })}\n`;
  for (let n = 0; n < lines; n += 1) {
    const at = formatInstant(1_767_207_600_000 + n * 30_000, 300).replace('.000', '');
    const outcome = n % 10 === 0 ? { outcome: 'fail', error: 'connect_refused' } : { outcome: 'ok' };
    block += `${JSON.stringify({ type: 'observation', check: 's1/web', at, ...outcome })}\n`;
    if (block.length > 1 << 20) {
      writeSync(file, block);
      block = '';
    }
  }
  writeSync(file, block);
  closeSync(file);
}

try {
  write();
  const megabytes = statSync(path).size / 1e6;
  const before = process.memoryUsage().rss;
  const start = performance.now();
  const parsed = await readReplayFile(path, { exclusionReasons: [] });
  const seconds = (performance.now() - start) / 1000;
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems[0]));
  const grown = (process.memoryUsage().rss - before) / 1e6;
  console.log(
    `read ${parsed.facts.length} lines (${megabytes.toFixed(0)} MB) in ${seconds.toFixed(2)} s: ` +
      `${Math.round(parsed.facts.length / seconds)} lines/s, ${grown.toFixed(0)} MB of memory`,
  );
} finally {
  rmSync(directory, { recursive: true });
}
