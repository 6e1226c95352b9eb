/** `kepil availability` on a terminal: a table of services, or of sums, and the whole of a single service. */
import { formatAvailability } from '../domain/contract/availability-text.ts';
import type { FleetSums, TallySum } from '../domain/contract/fleet-tally.ts';
import type { Tally } from '../domain/contract/tally.ts';
import { formatInstant } from '../domain/time/contract-calendar.ts';
import { formatBurnRate } from '../report/tally-json.ts';
import { formatDuration } from './duration.ts';
import { PROMISE_STYLES } from './styles.ts';
import { type Cell, formatTable } from './table.ts';
import type { Terminal } from './terminal.ts';

export interface TalliesViewOptions {
  /** As it was asked for. */
  readonly period: string;
  readonly asOf: number;
  /** Of the default contract. */
  readonly offsetMinutes: number;
  readonly offsetOf: (contract: string) => number;
}

/** The whole view, without a line break after the last line. */
export function formatTallies(
  tallies: readonly Tally[],
  sums: FleetSums | undefined,
  options: TalliesViewOptions,
  terminal: Terminal,
): string {
  const title = `Availability, ${options.period}, by what was known at ${formatInstant(options.asOf, options.offsetMinutes)}`;
  const blocks = tallies.length === 0 ? ['No services.'] : [formatServices(tallies, options, terminal)];
  if (sums) blocks.push(formatSums(sums, terminal));
  return [title, ...blocks].join('\n\n');
}

function formatServices(tallies: readonly Tally[], { offsetOf }: TalliesViewOptions, terminal: Terminal): string {
  const rows = tallies.map((tally): Cell[] => {
    const { promise, burnRate, exhaustion } = tally;
    return [
      tally.service,
      ...figures(tally),
      promise === null ? null : { text: promise, style: PROMISE_STYLES[promise] },
      burnRate && formatBurnRate(burnRate),
      exhaustion === null ? null : formatInstant(exhaustion, offsetOf(tally.contract)),
    ];
  });
  const columns = [
    { title: 'Service', cut: 16 },
    ...FIGURES,
    { title: 'Promise' },
    { title: 'Burn rate', align: 'right', optional: true },
    { title: 'Allowance spent at', optional: true },
  ] as const;
  return formatTable(columns, rows, terminal);
}

function formatSums({ fleet, contracts, plans }: FleetSums, terminal: Terminal): string {
  const row = (name: string, sum: TallySum): Cell[] => [
    name,
    sum.services,
    ...figures(sum),
    sum.promises.kept,
    sum.promises['at-risk'],
    sum.promises.broken,
  ];
  const columns = [
    { title: 'Sum of', cut: 16 },
    { title: 'Services' },
    ...FIGURES,
    { title: 'Kept', optional: true },
    { title: 'At risk', optional: true },
    { title: 'Broken', optional: true },
  ] as const;
  const rows = [
    row('all services', fleet),
    ...[...contracts].map(([name, sum]) => row(`contract ${name}`, sum)),
    ...[...plans].map(([name, sum]) => row(`plan ${name}`, sum)),
  ];
  return formatTable(columns, rows, terminal);
}

const FIGURES = [
  { title: 'Available %', align: 'right' },
  { title: 'Unplanned', align: 'right' },
  { title: 'At least', align: 'right', optional: true },
  { title: 'At most', align: 'right', optional: true },
  { title: 'Outages', align: 'right' },
  { title: 'Observed %', align: 'right' },
  { title: 'Allowance', align: 'right', optional: true },
  { title: 'Remaining', align: 'right' },
] as const;

function figures({ ms, coverage, ...of }: Tally | TallySum): Cell[] {
  const remaining = formatDuration(of.remainingMs);
  return [
    formatAvailability(ms.up, ms.unplanned),
    formatDuration(ms.unplanned),
    formatDuration(of.unplannedMinMs),
    formatDuration(of.unplannedMaxMs),
    of.outages,
    formatAvailability(coverage.observedMs, coverage.activeMs - coverage.observedMs),
    formatDuration(of.allowanceMs),
    of.remainingMs < 0 ? { text: remaining, style: 'red' } : remaining,
  ];
}
