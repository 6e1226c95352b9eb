/**
 * Availability is the pair (up, up + unplanned), never a float; the year's allowance, what remains of it and how the
 * promise stands (CONTRACT.md, Availability; cl. 7).
 */
import type { LifecycleFact } from '../facts/fact.ts';
import { add, compare, type Fraction, ZERO } from '../money/fraction.ts';
import { monthOf, yearInterval, yearsOf } from '../time/contract-calendar.ts';
import { DAY, type Instant, type Millis } from '../time/instant.ts';
import { type Interval, overlap } from '../time/interval.ts';
import { intersect, measure, normalize } from '../time/interval-set.ts';
import { activeSpans, firstActive, isActiveBefore } from './activity.ts';
import { editionAt, editionsWithin } from './editions.ts';
import type { ClassTotals, PromiseStanding } from './statement-result.ts';
import type { Contract, Ratio } from './terms.ts';

/** The length of a rolling year (setting `tally`). */
export const ROLLING_YEAR: Millis = 365 * DAY;

/**
 * The whole tally period (setting `tally`) of a month known until `end`: the year that contains the month's last known
 * instant, or its first one while none is known.
 */
export function tallyPeriod(
  contract: Contract,
  lifecycle: readonly LifecycleFact[],
  { month, end }: { readonly month: Interval; readonly end: Instant },
): Interval {
  const last = Math.max(month.start, end - 1);
  const { tally } = editionAt(contract, last);
  if (tally === 'rolling') return { start: end - ROLLING_YEAR, end };
  const first = tally === 'service' ? firstActive(lifecycle) : undefined;
  if (first !== undefined && first <= last) return yearsOf(first, last, contract.offsetMinutes);
  return yearInterval(monthOf(last, contract.offsetMinutes).year, contract.offsetMinutes);
}

/**
 * The downtime that the promise allows in the tally period, in whole milliseconds rounded down: (1 − target) × active
 * time, which for a service active just before `end` is projected to the period's end (REPLAY.md, `allowanceMs`).
 */
export function allowanceMs(
  contract: Contract,
  lifecycle: readonly LifecycleFact[],
  tally: Interval,
  end: Instant,
): Millis {
  const soFar = activeSpans(lifecycle, { start: tally.start, end });
  const projected = end < tally.end && isActiveBefore(lifecycle, end) ? [{ start: end, end: tally.end }] : [];
  const active = normalize([...soFar, ...projected]);
  const allowed = editionsWithin(contract, tally)
    .map(({ span, edition }) => share(complement(edition.target), measure(intersect(active, [span]))))
    .reduce(add, ZERO);
  return Number(allowed.numerator / allowed.denominator);
}

/** How the promise stands, given the year's totals so far. */
export function standingOf(totals: ClassTotals, remainingMs: Millis, target: Ratio): PromiseStanding {
  if (remainingMs < 0) return 'broken';
  const measured = totals.up + totals.unplanned;
  return measured > 0 && isUnder(totals.up, measured, target) ? 'at-risk' : 'kept';
}

/** Whether up / measured is less than a ratio, exactly. */
export function isUnder(upMs: Millis, measuredMs: Millis, ratio: Ratio): boolean {
  return compare({ numerator: BigInt(upMs), denominator: BigInt(measuredMs) }, ratio) < 0;
}

/** The part of a period that lies before `end`; empty (start = end) when none does. */
export function upTo(period: Interval, end: Instant): Interval {
  return overlap(period, { start: Number.NEGATIVE_INFINITY, end }) ?? { start: period.start, end: period.start };
}

/** What a target leaves: 1 − ratio. */
export function complement(ratio: Ratio): Ratio {
  return { numerator: ratio.denominator - ratio.numerator, denominator: ratio.denominator };
}

/** So much of a length of time, in exact milliseconds. */
export function share(ratio: Ratio, ms: Millis): Fraction {
  return { numerator: ratio.numerator * BigInt(ms), denominator: ratio.denominator };
}
