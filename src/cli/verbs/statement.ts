/** `kepil statement`: statements of a month from the journal, with or without a running daemon. */
import { computeStatements, monthBefore } from '../../domain/contract/statement.ts';
import { knownAt } from '../../domain/facts/ledger.ts';
import { quote } from '../../domain/time/text.ts';
import { instantOption, withBooks } from '../configured.ts';
import { BadInput, type CliIo, type ExitCode } from '../io.ts';
import { monthOption } from '../month-option.ts';
import { printStatements } from '../print-statements.ts';

export interface StatementOptions {
  readonly config: string;
  readonly service?: string;
  readonly month?: string;
  readonly asOf?: string;
  readonly json?: boolean;
}

export async function statement(options: StatementOptions, io: CliIo): Promise<ExitCode> {
  return withBooks<ExitCode>(options.config, io, async ({ feed, contracts, now: newest }) => {
    const { offsetMinutes } = contracts.default;
    const asOf = options.asOf === undefined ? newest() : instantOption('as-of', options.asOf);
    const month = options.month === undefined ? monthBefore(asOf, offsetMinutes) : monthOption(options.month);
    const { ledger } = feed;
    const { service } = options;
    const set = computeStatements({
      ledger,
      contractOf: (name) => contracts.named(name),
      month,
      asOf,
      offsetMinutes,
      ...(service === undefined ? {} : { services: [service] }),
    });
    if (service !== undefined && set.statements.length === 0) {
      const known = ledger.services().filter((id) => knownAt(ledger.service(id)?.definitions ?? [], asOf).length > 0);
      throw new BadInput(`--service: found ${quote(service)}, expected one of ${known.join(', ') || 'none'}`);
    }
    printStatements(set, options.json, io);
    return 0;
  });
}
