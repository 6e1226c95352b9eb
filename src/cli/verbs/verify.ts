/** `kepil verify`: reads the whole journal and checks each entry against the hash chain. */
import { withJournal } from '../configured.ts';
import type { CliIo, ExitCode } from '../io.ts';
import { startProgress } from '../progress.ts';

export async function verify(options: { config: string; json?: boolean }, io: CliIo): Promise<ExitCode> {
  return withJournal(options.config, io, async (journal) => {
    const { seq } = await journal.head();
    const progress = startProgress({ stream: io.stderr, clock: io.clock, label: 'verifying', total: seq });
    const result = await journal.verify((done) => progress.update(done));
    progress.end();
    if (options.json) {
      io.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
    } else if (result.ok) {
      io.stdout.write(`the journal is whole: ${result.entries} entries, head ${result.head}\n`);
    } else {
      io.stderr.write(
        `the journal is broken at entry ${result.brokenAt}: found ${result.found}, expected ${result.expected}\n`,
      );
    }
    return result.ok ? 0 : 1;
  });
}
