/** The command line as a function, on a configuration and a journal made for one test. */
import { openBooks } from '../../src/app/books.ts';
import { requireConfiguration } from '../../src/app/load.ts';
import { run } from '../../src/cli/program.ts';
import type { Fact } from '../../src/domain/facts/fact.ts';
import type { JournalEntry } from '../../src/journal/journal.ts';
import { type Files, inFolder } from '../config/folder.ts';
import { ManualClock } from './manual-clock.ts';

export interface CommandLine {
  /** Runs one command line, `--config` added, at the instant of the clock. */
  kepil(...args: string[]): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }>;
  /** Its `--json` output; throws what it wrote to stderr unless it exits with 0. */
  // biome-ignore lint/suspicious/noExplicitAny: the shape is what the test is about
  json(...args: string[]): Promise<any>;
  /** Lets time pass. */
  later(ms: number): Promise<void>;
  /** Everything in the journal. */
  entries(): Promise<readonly JournalEntry[]>;
}

/**
 * Runs a test in a folder with the good configuration of test/config/folder.ts, files of it replaced, and a journal that
 * recorded these facts at the instants of their `at` (and those without one, before).
 */
export async function atCommandLine(
  { files = {}, facts, now }: { readonly files?: Files; readonly facts: readonly Fact[]; readonly now: number },
  test: (line: CommandLine) => Promise<void>,
): Promise<void> {
  await inFolder({ ...files, 'kepil.yaml': mainIn(files) }, async (path) => {
    const configuration = await requireConfiguration(path, {});
    const first = Math.min(now, ...facts.flatMap(({ at }) => at ?? []));
    const past = new ManualClock(first);
    const books = await openBooks(configuration, past);
    const inOrder = facts.toSorted((a, b) => (a.at ?? first) - (b.at ?? first));
    for (const [at, drafts] of Map.groupBy(inOrder, (fact) => fact.at ?? first)) {
      await past.advance(at - past.now());
      await books.journal.append(drafts.map((fact) => ({ fact })));
    }
    await books.journal.close();

    const clock = new ManualClock(now);
    const kepil: CommandLine['kepil'] = async (...args) => {
      const written = { stdout: '', stderr: '' };
      const stream = (name: keyof typeof written) => ({
        write: (text: string) => {
          written[name] += text;
        },
      });
      const io = { stdout: stream('stdout'), stderr: stream('stderr'), environment: {}, clock };
      const code = await run([...args, '--config', path], { ...io, stop: new AbortController().signal });
      return { code, ...written };
    };
    await test({
      kepil,
      json: async (...args) => {
        const { code, stdout, stderr } = await kepil(...args, '--json');
        if (code !== 0) throw new Error(stderr);
        return JSON.parse(stdout) as unknown;
      },
      later: (ms) => clock.advance(ms),
      entries: async () => {
        const { journal } = await openBooks(configuration, clock);
        try {
          return await journal.read(0, 10_000);
        } finally {
          await journal.close();
        }
      },
    });
  });
}

/** The journal lies in the folder itself, which is gone after the test. */
function mainIn(files: Files): string {
  return (
    files['kepil.yaml'] ??
    `contracts: contracts/*.yaml
contract: basic
services: services/*.yaml
journal: { path: data/kepil.sqlite }
listen: { host: 127.0.0.1, port: 9300 }
`
  );
}
