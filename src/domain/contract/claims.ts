/**
 * Claims against the measurement (cl. 8.1, 8.2). The provider's own figures decide; where the customer's differ, both are
 * kept and the difference is shown.
 */
import type { ClaimFact } from '../facts/fact.ts';
import { dayInterval } from '../time/contract-calendar.ts';
import type { Millis } from '../time/instant.ts';
import { type Interval, overlap } from '../time/interval.ts';
import { type IntervalSet, intersect, measure } from '../time/interval-set.ts';
import type { Contract } from './terms.ts';

/** A claim covers every outage that overlaps its contract-clock day, whole (REPLAY.md, `credit.claimed`). */
export function claimedOutages(claims: readonly ClaimFact[], outages: IntervalSet, contract: Contract): IntervalSet {
  const days: readonly Interval[] = claims.map((claim) => dayInterval(claim.date, contract.offsetMinutes));
  return outages.filter((outage) => days.some((day) => overlap(outage, day)));
}

/** A claim beside what was measured. */
export interface ClaimMatch {
  readonly claim: ClaimFact;
  /** The outages it covers, whole, though they may reach into other months. */
  readonly outages: IntervalSet;
  /** Their unplanned time inside the month. */
  readonly measuredMs: Millis;
  /** What the customer claims less what was measured; positive where more is claimed. */
  readonly differenceMs: Millis;
}

/** Holds a claim against a month's unplanned time. */
export function matchClaim(
  claim: ClaimFact,
  { contract, outages, unplanned }: { contract: Contract; outages: IntervalSet; unplanned: IntervalSet },
): ClaimMatch {
  const covered = claimedOutages([claim], outages, contract);
  const measuredMs = measure(intersect(unplanned, covered));
  return { claim, outages: covered, measuredMs, differenceMs: claim.durationMs - measuredMs };
}
