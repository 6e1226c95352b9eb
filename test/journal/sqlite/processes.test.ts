/** Several processes on one journal, and processes killed in the middle. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSqliteJournal } from '../../../src/journal/sqlite/open.ts';
import { systemClock } from '../../../src/runtime/clock.ts';

let directory: string;
let path: string;
const children: ChildProcess[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'kepil-journal-'));
  path = join(directory, 'journal.sqlite');
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(directory, { recursive: true });
});

function start(script: string, ...args: string[]) {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'children', script), path, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  return child;
}

describe('several processes on one journal', () => {
  it('keep one valid chain while both append, from the creation of the file on', async () => {
    const COUNT = 400;
    const writers = [start('append-some.ts', String(COUNT)), start('append-some.ts', String(COUNT))];
    const outputs = await Promise.all(writers.map((writer) => text(writer.stdout)));
    const seqs = outputs.map((output) => JSON.parse(output) as number[]);
    expect(seqs.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 2 * COUNT }, (_, index) => index + 1));

    const journal = await openSqliteJournal({ path, clock: systemClock });
    expect(await journal.verify()).toMatchObject({ ok: true, entries: 2 * COUNT });
    const recorded = (await journal.read(0, 2 * COUNT)).map((entry) => entry.recordedAt);
    expect(recorded).toEqual(recorded.toSorted((a, b) => a - b));
    await journal.close();
  });
});

describe('a process killed while it appends', () => {
  it.each([1, 60, 150])('leaves everything it acknowledged, %i acknowledgements in', async (lines) => {
    const writer = start('append-for-ever.ts');
    let output = '';
    for await (const chunk of writer.stdout) {
      output += String(chunk);
      if (output.split('\n').length > lines) writer.kill('SIGKILL');
    }
    if (writer.signalCode === null) await once(writer, 'exit');
    expect(writer.signalCode).toBe('SIGKILL');

    const acknowledged = output
      .slice(0, output.lastIndexOf('\n'))
      .split('\n')
      .map((line) => line.split(' '));
    const journal = await openSqliteJournal({ path, clock: systemClock });
    const entries = await journal.read(0, 1_000_000);
    expect(acknowledged.length).toBeGreaterThanOrEqual(lines);
    expect(entries.slice(0, acknowledged.length).map(({ seq, hash }) => [String(seq), hash])).toEqual(acknowledged);
    expect(await journal.verify()).toMatchObject({ ok: true, entries: entries.length });
    // Whole batches only: those of 500 are there to the last fact or not at all.
    const last = entries.at(-1)?.key?.split('/').map(Number) ?? [];
    expect(last[2]).toBe((last[1] ?? 0) % 7 === 0 ? 499 : 0);
    await journal.append([{ fact: { type: 'lifecycle', service: 'after', from: 1, status: 'ended' } }]);
    expect(await journal.verify()).toMatchObject({ ok: true, entries: entries.length + 1 });
    await journal.close();
  });
});
