/** The command line as a function, on a configuration and a journal made for one test. */
import { dirname, join } from 'node:path';
import { openBooks } from '../../src/app/books.ts';
import { requireConfiguration } from '../../src/app/load.ts';
import type { CliIo } from '../../src/cli/io.ts';
import { run } from '../../src/cli/program.ts';
import type { Fact } from '../../src/domain/facts/fact.ts';
import type { JournalEntry } from '../../src/journal/journal.ts';
import { type Files, inFolder } from '../config/folder.ts';
import { ManualClock } from './manual-clock.ts';

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandLine {
  /** Whether there is a file depends on what was recorded. */
  readonly journalPath: string;
  /** Runs one command line, `--config` added, at the instant of the clock. */
  kepil(...args: string[]): Promise<Ended>;
  /** Its `--json` output; throws what it wrote to stderr unless it exits with 0. */
  // biome-ignore lint/suspicious/noExplicitAny: the shape is what the test is about
  json(...args: string[]): Promise<any>;
  /** Lets time pass. */
  later(ms: number): Promise<void>;
  /** Lets time pass up to an instant. */
  until(instant: number): Promise<void>;
  /** Records facts at the instant of the clock. */
  record(...facts: readonly Fact[]): Promise<void>;
  /** Everything in the journal. */
  entries(): Promise<readonly JournalEntry[]>;
}

/** Runs an argument list as it stands; by default on a clock that begins with March 2026, and in an empty environment. */
export async function runKepil(argv: readonly string[], io: Partial<CliIo> = {}): Promise<Ended> {
  const text = { stdout: '', stderr: '' };
  const code = await run(argv, {
    stdout: { write: (more) => (text.stdout += more) },
    stderr: { write: (more) => (text.stderr += more) },
    environment: {},
    clock: new ManualClock(),
    stop: new AbortController().signal,
    ...io,
  });
  return { code, ...text };
}

/**
 * Runs a test in a folder with the good configuration of test/config/folder.ts, files of it replaced, and a journal that
 * recorded these facts at the instants of their `at` (and those without one, before); without facts there is none yet.
 */
export async function atCommandLine(
  { files = {}, facts = [], now }: { readonly files?: Files; readonly facts?: readonly Fact[]; readonly now: number },
  test: (line: CommandLine) => Promise<void>,
): Promise<void> {
  await inFolder({ ...files, 'kepil.yaml': files['kepil.yaml'] ?? MAIN }, async (path) => {
    const first = Math.min(now, ...facts.flatMap(({ at }) => at ?? []));
    const clock = new ManualClock(first);
    const withBooks = async <T>(use: (books: Awaited<ReturnType<typeof openBooks>>) => Promise<T>): Promise<T> => {
      const books = await openBooks(await requireConfiguration(path, {}), clock);
      try {
        return await use(books);
      } finally {
        await books.journal.close();
      }
    };
    const record = (more: readonly Fact[]) =>
      withBooks(async ({ journal }) => {
        await journal.append(more.map((fact) => ({ fact })));
      });
    const until = (instant: number) => clock.advance(instant - clock.now());
    const inOrder = facts.toSorted((a, b) => (a.at ?? first) - (b.at ?? first));
    for (const [at, drafts] of Map.groupBy(inOrder, (fact) => fact.at ?? first)) {
      await until(at);
      await record(drafts);
    }
    await until(now);
    const kepil: CommandLine['kepil'] = (...args) => runKepil([...args, '--config', path], { clock });
    await test({
      journalPath: join(dirname(path), 'data/kepil.sqlite'),
      kepil,
      json: async (...args) => {
        const { code, stdout, stderr } = await kepil(...args, '--json');
        if (code !== 0) throw new Error(stderr);
        return JSON.parse(stdout) as unknown;
      },
      later: (ms) => clock.advance(ms),
      until,
      record: (...more) => record(more),
      entries: () => withBooks(({ journal }) => journal.read(0, 10_000)),
    });
  });
}

/** The journal lies in the folder itself, which is gone after the test. */
const MAIN = `contracts: contracts/*.yaml
contract: basic
services: services/*.yaml
journal: { path: data/kepil.sqlite }
listen: { host: 127.0.0.1, port: 9300 }
`;
