/**
 * `kepil verify`: reads the whole journal and checks each entry against the hash chain; with `--statements` it also
 * recomputes every issued statement and holds it against its recorded digest.
 */
import { checkStatements } from '../../desk/statement-check.ts';
import { withBooks, withJournal } from '../configured.ts';
import type { CliIo, ExitCode } from '../io.ts';
import { startProgress } from '../progress.ts';

export interface VerifyOptions {
  readonly config: string;
  readonly statements?: boolean;
  readonly json?: boolean;
}

export async function verify(options: VerifyOptions, io: CliIo): Promise<ExitCode> {
  const chain = await verifyChain(options, io);
  // A journal that is not as it was written proves no statement.
  return chain === 0 && options.statements ? verifyStatements(options, io) : chain;
}

async function verifyStatements(options: VerifyOptions, io: CliIo): Promise<ExitCode> {
  return withBooks<ExitCode>(options.config, io, async ({ feed: { ledger }, contracts, issued }) => {
    const total = issued.all().length;
    const progress = startProgress({ stream: io.stderr, clock: io.clock, label: 'recomputing', total });
    const result = checkStatements({ ledger, contracts, issued }, (done) => progress.update(done));
    progress.end();
    if (options.json) {
      io.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
    } else if (result.ok) {
      io.stdout.write(`the statements are as issued: ${result.statements} recomputed\n`);
    } else {
      const { service, month, revision, found, expected } = result;
      io.stderr.write(
        `the statement of ${service} for ${month}, revision ${revision}, is not as issued: found ${found}, expected ${expected}\n`,
      );
    }
    return result.ok ? 0 : 1;
  });
}

async function verifyChain(options: VerifyOptions, io: CliIo): Promise<ExitCode> {
  return withJournal(options.config, io, async (journal) => {
    const { seq } = await journal.head();
    const progress = startProgress({ stream: io.stderr, clock: io.clock, label: 'verifying', total: seq });
    const result = await journal.verify((done) => progress.update(done));
    progress.end();
    if (options.json) {
      // One document: with `--statements` that of the statements follows a chain that is whole.
      if (!(result.ok && options.statements)) io.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
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
