/** Tallies as `kepil availability --json` prints them: the names and units of a statement's JSON (REPLAY.md). */
import { formatAvailability } from '../domain/contract/availability-text.ts';
import type { TallySum } from '../domain/contract/fleet-tally.ts';
import { INSTANT_CLASSES } from '../domain/contract/statement-result.ts';
import type { Tally } from '../domain/contract/tally.ts';
import { divideHalfAwayFromZero } from '../domain/money/money.ts';
import { formatInstant } from '../domain/time/contract-calendar.ts';

/** One service's tally; instants on its own contract's clock, `offsetMinutes` from UTC. */
export function tallyToJson(tally: Tally, offsetMinutes: number): unknown {
  const { service, customer, plan, contract, period, known, promise, burnRate, exhaustion } = tally;
  return {
    service,
    customer,
    plan,
    contract,
    period: { start: formatInstant(period.start, offsetMinutes), end: formatInstant(period.end, offsetMinutes) },
    knownTo: formatInstant(known.end, offsetMinutes),
    ...figures(tally),
    promise,
    burnRate: burnRate && formatBurnRate(burnRate),
    exhaustion: exhaustion === null ? null : formatInstant(exhaustion, offsetMinutes),
  };
}

/** A sum of tallies. */
export function tallySumToJson(sum: TallySum): unknown {
  return { services: sum.services, ...figures(sum), promises: sum.promises };
}

/** A burn rate with 4 decimals: `1.2500` spends a quarter more than the target allows. */
export function formatBurnRate({ numerator, denominator }: NonNullable<Tally['burnRate']>): string {
  const digits = divideHalfAwayFromZero(numerator * 10_000n, denominator)
    .toString()
    .padStart(5, '0');
  return `${digits.slice(0, -4)}.${digits.slice(-4)}`;
}

function figures(of: Tally | TallySum): object {
  const { ms, unplannedMinMs, unplannedMaxMs, outages, coverage, allowanceMs, remainingMs } = of;
  return {
    ms: Object.fromEntries(INSTANT_CLASSES.map((name) => [name, ms[name]])),
    availability: formatAvailability(ms.up, ms.unplanned),
    unplannedMinMs,
    unplannedMaxMs,
    outages,
    coverage: {
      ...coverage,
      percent: formatAvailability(coverage.observedMs, coverage.activeMs - coverage.observedMs),
    },
    allowanceMs,
    remainingMs,
  };
}
