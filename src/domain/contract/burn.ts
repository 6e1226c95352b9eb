/** How fast an allowance of downtime is being spent, and when it will be gone. */
import { add, type Fraction, ZERO } from '../money/fraction.ts';
import type { Instant, Millis } from '../time/instant.ts';
import type { Interval } from '../time/interval.ts';
import { clip, type IntervalSet, measure } from '../time/interval-set.ts';
import { complement, share } from './availability.ts';
import type { ClassifiedTime } from './classes.ts';
import { editionsWithin } from './editions.ts';
import type { Contract } from './terms.ts';

/**
 * Unplanned time over what the target allows of the time measured (up and unplanned): at 1, a whole period like this
 * spends its allowance exactly. Null where that would divide by zero: nothing measured, or a target of 100 %.
 */
export function burnRateOf(contract: Contract, time: ClassifiedTime): Fraction | null {
  const allowed = editionsWithin(contract, time.period)
    .map(({ span, edition }) =>
      share(complement(edition.target), measure(clip(time.up, span)) + measure(clip(time.unplanned, span))),
    )
    .reduce(add, ZERO);
  if (allowed.numerator === 0n) return null;
  return { numerator: BigInt(measure(time.unplanned)) * allowed.denominator, denominator: allowed.numerator };
}

export interface Spending {
  /** The whole period whose allowance it is. */
  readonly period: Interval;
  /** What follows it is projected. */
  readonly now: Instant;
  /** Unplanned time of the period until now. */
  readonly unplanned: IntervalSet;
  /** Time until now that was measured: up and unplanned. */
  readonly measuredMs: Millis;
  readonly allowanceMs: Millis;
  /** Whether the service is active now, so that there is a time to project into. */
  readonly goesOn: boolean;
}

/**
 * The instant at which the allowance was spent, or at which it will be if unplanned time goes on at the share of the
 * measured time that it had so far, in whole milliseconds rounded down. Null where that is not before the period's end.
 */
export function exhaustionOf(spending: Spending): Instant | null {
  const { period, now, unplanned, measuredMs, allowanceMs, goesOn } = spending;
  const spentMs = measure(unplanned);
  if (spentMs === 0) return null;
  if (spentMs >= allowanceMs) return reachedAt(unplanned, allowanceMs);
  if (!goesOn) return null;
  const ahead = (BigInt(allowanceMs - spentMs) * BigInt(measuredMs)) / BigInt(spentMs);
  return ahead < BigInt(period.end - now) ? now + Number(ahead) : null;
}

/** When the unplanned time added up to so much. */
function reachedAt(unplanned: IntervalSet, amountMs: Millis): Instant | null {
  let leftMs = amountMs;
  for (const { start, end } of unplanned) {
    if (end - start >= leftMs) return start + leftMs;
    leftMs -= end - start;
  }
  return null;
}
