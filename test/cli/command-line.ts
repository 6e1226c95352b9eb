/** The command line called as a function, over a configuration and a journal of its own in a temporary folder. */
import { join } from 'node:path';
import type { CliIo } from '../../src/cli/io.ts';
import { run } from '../../src/cli/program.ts';
import type { Fact } from '../../src/domain/facts/fact.ts';
import type { Instant } from '../../src/domain/time/instant.ts';
import { openSqliteJournal } from '../../src/journal/sqlite/open.ts';
import { type Files, inFolder, MAIN } from '../config/folder.ts';
import { ManualClock } from '../support/manual-clock.ts';

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandLine {
  readonly folder: string;
  readonly journalPath: string;
  /** Runs `kepil ARGUMENTS --config …` at an instant. */
  kepil(now: Instant, ...argv: readonly string[]): Promise<Ended>;
  /** Records facts as of an instant. */
  record(now: Instant, ...facts: readonly Fact[]): Promise<void>;
}

/** Runs an argument list as it stands. */
export async function runKepil(
  argv: readonly string[],
  now: Instant,
  environment: CliIo['environment'] = {},
): Promise<Ended> {
  const text = { stdout: '', stderr: '' };
  const code = await run(argv, {
    stdout: { write: (more) => (text.stdout += more) },
    stderr: { write: (more) => (text.stderr += more) },
    environment,
    clock: new ManualClock(now),
    stop: new AbortController().signal,
  });
  return { code, ...text };
}

/** Runs with a good configuration, some of its files replaced, and no journal yet. */
export function withCommandLine(use: (cli: CommandLine) => Promise<void>, files: Files = {}): Promise<void> {
  const main = MAIN.replace('../data/kepil.sqlite', 'data/kepil.sqlite');
  return inFolder({ 'kepil.yaml': main, 'data/.keep': '', ...files }, async (config) => {
    const folder = join(config, '..');
    const journalPath = join(folder, 'data/kepil.sqlite');
    await use({
      folder,
      journalPath,
      kepil: (now, ...argv) => runKepil([...argv, '--config', config], now),
      record: async (now, ...facts) => {
        const journal = await openSqliteJournal({ path: journalPath, clock: new ManualClock(now) });
        await journal.append(facts.map((fact) => ({ fact })));
        await journal.close();
      },
    });
  });
}
