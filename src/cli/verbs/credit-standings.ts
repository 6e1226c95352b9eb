/** How credits stand, for the verbs that list them. */
import { lastClosedMonth } from '../../desk/month-close.ts';
import { type CreditStanding, creditStanding } from '../../domain/contract/credit-standing.ts';
import { instantOption, withBooks } from '../configured.ts';
import { BadInput, type CliIo, type ExitCode } from '../io.ts';
import { monthOption } from '../month-option.ts';
import { unknownService } from './decide.ts';

export interface ListOptions {
  readonly config: string;
  readonly service?: string;
  readonly month?: string;
  readonly asOf?: string;
  readonly json?: boolean;
}

/** Runs `use` with the standings of the services asked for, or of all, for the month asked for, or the last that is over. */
export function withStandings(
  options: ListOptions,
  io: CliIo,
  use: (standings: readonly CreditStanding[], asked: { month: string; offsetMinutes: number }) => void,
): Promise<ExitCode> {
  return withBooks<ExitCode>(options.config, io, async ({ feed: { ledger }, contracts, now: newest }) => {
    const asOf = options.asOf === undefined ? newest() : instantOption('as-of', options.asOf);
    const { offsetMinutes } = contracts.default;
    const month = options.month === undefined ? lastClosedMonth(asOf, offsetMinutes) : monthOption(options.month);
    const { service } = options;
    if (service !== undefined && !ledger.services().includes(service)) {
      throw new BadInput(`--${unknownService(service, ledger)}`);
    }
    const standings = (service === undefined ? ledger.services() : [service]).flatMap((id) => {
      const contract = contracts.ofService(ledger, id, asOf);
      return contract ? [creditStanding({ ledger, contract, service: id, month, asOf })] : [];
    });
    use(standings, { month, offsetMinutes });
    return 0;
  });
}
