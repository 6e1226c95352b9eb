/** The run as a table: each figure beside the bar that it has to meet, where it has one. */
import type { Fleet, FleetOptions } from './fleet-files.ts';
import type { FoundOutages } from './found-outages.ts';
import type { Phase } from './watch.ts';

export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What it may be at most. */
  readonly most?: number;
  /** What it must be at least. */
  readonly least?: number;
}

export interface RunResult {
  readonly options: FleetOptions;
  readonly fleet: Fleet;
  readonly startupMs: number;
  readonly restartMs: number;
  readonly peakStartRssMiB: number;
  readonly stopMs: number;
  readonly steady: Phase;
  readonly dead: Phase | undefined;
  readonly found: FoundOutages;
  readonly findWithinSeconds: number;
  readonly errorLines: readonly (readonly [string, number])[];
}

const LATENESS_MS = 200;
const LOOP_MS = 30;
const RSS_MIB = 1_228;
const RSS_SMALL_MIB = 250;
const SMALL = 10_000;
/** Probes are counted when a second's worth of them is handed over. */
const UNCOUNTED_SECONDS = 2;
/** From a probe's answer to the disk: the hand-over, an append, and the lateness that is allowed. */
const RECORD_SECONDS = 2;

export function figuresOfRun(run: RunResult): readonly Figure[] {
  const { steady, dead, found, fleet, options } = run;
  const perSecond = fleet.webChecks / options.intervalSeconds + fleet.mailChecks / (2 * options.intervalSeconds);
  const expected = perSecond * steady.seconds;
  const rssMost = fleet.webChecks <= SMALL ? RSS_SMALL_MIB : RSS_MIB;
  return [
    { name: 'start-up', value: run.startupMs / 1_000, unit: 's' },
    { name: 'start-up on the journal it left', value: run.restartMs / 1_000, unit: 's' },
    { name: 'stop', value: run.stopMs / 1_000, unit: 's' },
    { name: 'peak RSS during start-up', value: run.peakStartRssMiB, unit: 'MiB', most: rssMost },
    ...phase('steady', steady, rssMost),
    {
      name: 'steady: probes that were due and not sent',
      value: Math.max(0, expected - steady.probes),
      unit: `of ${Math.round(expected)}`,
      most: perSecond * UNCOUNTED_SECONDS,
    },
    { name: 'steady: probes not ok', value: steady.failed, unit: '', most: 0 },
    ...(dead === undefined
      ? []
      : [
          ...phase('half dead', dead, rssMost),
          {
            name: 'half dead: probe rate at most',
            value: dead.probesPerSecondMost / perSecond,
            unit: 'times the steady one',
          },
          {
            name: 'deaths found',
            value: found.delaysMs.length,
            unit: `of ${fleet.mortalChecks}`,
            least: fleet.mortalChecks,
          },
          {
            name: 'deaths whose bounds hold the true instant',
            value: found.boundsHold,
            unit: '',
            least: found.delaysMs.length,
          },
          { name: 'deaths found after, median', value: quantile(found.delaysMs, 0.5) / 1_000, unit: 's' },
          { name: 'deaths found after, p99', value: quantile(found.delaysMs, 0.99) / 1_000, unit: 's' },
          {
            name: 'deaths found after, last',
            value: quantile(found.delaysMs, 1) / 1_000,
            unit: 's',
            most: run.findWithinSeconds + RECORD_SECONDS,
          },
        ]),
    { name: 'false alarms', value: found.falseAlarms, unit: '', most: 0 },
    { name: 'journal entries', value: found.entries, unit: '' },
    { name: 'journal size', value: found.journalBytes / 1_048_576, unit: 'MiB' },
    ...run.errorLines.map(([message, lines]) => ({ name: `log: ${message}`, value: lines, unit: 'lines', most: 0 })),
  ];
}

function phase(name: string, of: Phase, rssMost: number): Figure[] {
  return [
    { name: `${name}: probes`, value: of.probesPerSecond, unit: '/s' },
    { name: `${name}: lateness p50`, value: of.latenessP50Ms, unit: 'ms' },
    { name: `${name}: lateness p99`, value: of.latenessP99Ms, unit: 'ms', most: LATENESS_MS },
    { name: `${name}: probes skipped`, value: of.skipped, unit: '', most: 0 },
    { name: `${name}: RSS at most`, value: of.peakRssMiB, unit: 'MiB', most: rssMost },
    { name: `${name}: CPU, all threads`, value: of.cpuCores, unit: 'cores' },
    { name: `${name}: CPU, main thread`, value: of.mainThreadCores, unit: 'cores' },
    { name: `${name}: CPU a probe`, value: (of.cpuCores / of.probesPerSecond) * 1e6, unit: 'us' },
    { name: `${name}: event loop delay p99, worst scrape window`, value: of.loopP99MsWorst, unit: 'ms', most: LOOP_MS },
    { name: `${name}: event loop delay p99, median window`, value: of.loopP99MsMedian, unit: 'ms' },
    { name: `${name}: event loop delay, longest`, value: of.loopMaxMs, unit: 'ms' },
    { name: `${name}: scrape, median`, value: of.scrapeMsMedian, unit: 'ms' },
    { name: `${name}: scrape, longest`, value: of.scrapeMsMost, unit: 'ms' },
    { name: `${name}: scrape size`, value: of.scrapeMiB, unit: 'MiB' },
  ];
}

function quantile(sorted: readonly number[], of: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * of))] ?? Number.NaN;
}

/** One figure a line; a bar that is missed says so. */
export function printed(figures: readonly Figure[]): string {
  const width = Math.max(...figures.map(({ name }) => name.length));
  return figures
    .map(({ name, value, unit, most, least }) => {
      const text = Number.isInteger(value) ? String(value) : value.toFixed(value < 10 ? 2 : 1);
      const bar = most !== undefined ? `at most ${round(most)}` : least !== undefined ? `at least ${round(least)}` : '';
      const isMet = (most === undefined || value <= most) && (least === undefined || value >= least);
      return `${name.padEnd(width)}  ${text.padStart(9)} ${unit.padEnd(12)} ${bar}${isMet ? '' : '  MISSED'}`.trimEnd();
    })
    .join('\n');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
