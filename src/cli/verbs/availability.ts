/** `kepil availability`: what any period comes to, of one service or of all of them together. */

import type { Books } from '../../app/books.ts';
import { type FleetSums, fleetSumsOf, type TallySum } from '../../domain/contract/fleet-tally.ts';
import { type Tally, tallyOf } from '../../domain/contract/tally.ts';
import { knownAt } from '../../domain/facts/ledger.ts';
import { formatInstant } from '../../domain/time/contract-calendar.ts';
import { type NamedPeriod, parseNamedPeriod } from '../../domain/time/named-period.ts';
import { tallySumToJson, tallyToJson } from '../../report/tally-json.ts';
import { formatTallies } from '../availability-view.ts';
import { instantOption, withBooks } from '../configured.ts';
import { BadInput, type CliIo, type ExitCode } from '../io.ts';
import { terminalOf } from '../terminal.ts';

export interface AvailabilityOptions {
  readonly config: string;
  readonly service?: string;
  readonly fleet?: boolean;
  readonly period: string;
  readonly asOf?: string;
  readonly json?: boolean;
}

export async function availability(options: AvailabilityOptions, io: CliIo): Promise<ExitCode> {
  const named = periodOption(options.period);
  if ((options.service === undefined) !== (options.fleet === true)) {
    throw new BadInput('--service and --fleet: expected exactly one of them');
  }
  return withBooks<ExitCode>(options.config, io, async (books) => {
    const { contracts } = books;
    const asOf = options.asOf === undefined ? books.now() : instantOption('as-of', options.asOf);
    const tallies = servicesOf(books, options.service, asOf).map((service) => tallyIn(books, service, named, asOf));
    if (tallies.length > 0 && tallies.every(({ period }) => period.start >= asOf)) {
      throw new BadInput(`--period: found "${options.period}", expected one that has begun`);
    }
    const sums = options.fleet ? fleetSumsOf(tallies) : undefined;
    const offsetOf = (contract: string): number => contracts.named(contract).offsetMinutes;
    if (options.json) {
      const result = {
        asOf: formatInstant(asOf, contracts.default.offsetMinutes),
        period: options.period,
        services: tallies.map((tally) => tallyToJson(tally, offsetOf(tally.contract))),
        ...(sums === undefined ? {} : sumsToJson(sums)),
      };
      io.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
    } else {
      const view = { period: options.period, asOf, offsetMinutes: contracts.default.offsetMinutes, offsetOf };
      io.stdout.write(`${formatTallies(tallies, sums, view, terminalOf(io.stdout, io.environment))}\n`);
    }
    return 0;
  });
}

function sumsToJson({ fleet, contracts, plans }: FleetSums): object {
  const named = (sums: ReadonlyMap<string, TallySum>) =>
    Object.fromEntries([...sums].map(([name, sum]) => [name, tallySumToJson(sum)]));
  return { fleet: tallySumToJson(fleet), contracts: named(contracts), plans: named(plans) };
}

function periodOption(text: string): NamedPeriod {
  try {
    return parseNamedPeriod(text);
  } catch (error) {
    throw new BadInput(`--period: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The services known at `asOf`, or the one asked for. */
function servicesOf({ feed: { ledger } }: Books, service: string | undefined, asOf: number): readonly string[] {
  const known = ledger.services().filter((id) => knownAt(ledger.service(id)?.definitions ?? [], asOf).length > 0);
  if (service === undefined) return known;
  if (known.includes(service)) return [service];
  const expected = known.length === 0 ? 'none, for none is known then' : `one of ${known.join(', ')}`;
  throw new BadInput(`--service: found "${service}", expected ${expected}`);
}

function tallyIn({ feed: { ledger }, contracts }: Books, service: string, named: NamedPeriod, asOf: number): Tally {
  const contract = contracts.ofService(ledger, service, asOf) ?? contracts.default;
  return tallyOf({ ledger, contract, service, asOf }, named);
}
