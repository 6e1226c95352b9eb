/** `kepil import`: records the facts of a replay file in the journal, all of them or none. */
import { exclusionReasonsOf } from '../../domain/contract/editions.ts';
import { importDrafts } from '../../journal/replay/import.ts';
import { describeProblem } from '../../journal/replay/problem.ts';
import { readReplayFile } from '../../journal/replay/read-file.ts';
import { readingOf, withBooks } from '../configured.ts';
import { BadInput, type CliIo, type ExitCode } from '../io.ts';

export async function importFile(
  file: string,
  options: { readonly config: string; readonly json?: boolean },
  io: CliIo,
): Promise<ExitCode> {
  return withBooks<ExitCode>(options.config, io, async ({ journal }, { contracts: all }) => {
    const exclusionReasons = all.flatMap(exclusionReasonsOf);
    const read = await readingOf(file, () => readReplayFile(file, { exclusionReasons }));
    if (!read.ok) {
      for (const problem of read.problems) io.stderr.write(`${file}: ${describeProblem(problem)}\n`);
      return 2;
    }
    for (const fact of read.facts) {
      if (fact.type === 'service' && fact.contract !== undefined && !all.some(({ id }) => id === fact.contract)) {
        throw new BadInput(
          `${file}: service ${fact.id}: contract: found "${fact.contract}", expected a configured one`,
        );
      }
    }
    const before = (await journal.head()).seq;
    await journal.append(importDrafts(read.facts, read.latestAt ?? io.clock.now()));
    const recorded = (await journal.head()).seq - before;
    io.stdout.write(
      options.json ? `${JSON.stringify({ recorded })}\n` : `${file}: ${recorded} facts recorded, the rest were known\n`,
    );
    return 0;
  });
}
