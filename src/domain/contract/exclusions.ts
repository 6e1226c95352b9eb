/** Time that an approved, not withdrawn exclusion carves out (cl. 8.5), with the reason that applies to each instant. */
import { knownAt, type Ledger } from '../facts/ledger.ts';
import type { Instant } from '../time/instant.ts';
import { EMPTY, type IntervalSet, subtract, union } from '../time/interval-set.ts';

export interface ExcludedSpans {
  readonly reason: string;
  readonly spans: IntervalSet;
}

/**
 * The exclusions of a service as known at `asOf`, disjoint: where they overlap, the one recorded first gives the reason
 * (REPLAY.md rule 6).
 */
export function excludedSpans(ledger: Ledger, service: string, asOf: Instant): readonly ExcludedSpans[] {
  const standing = knownAt(ledger.service(service)?.exclusions ?? [], asOf)
    .filter((exclusion) => knownAt(ledger.withdrawalsOf(exclusion.id), asOf).length === 0)
    .sort((a, b) => a.at - b.at);
  let taken = EMPTY;
  return standing.map((exclusion) => {
    const whole: IntervalSet = [{ start: exclusion.start, end: exclusion.end }];
    const spans = subtract(whole, taken);
    taken = union(taken, whole);
    return { reason: exclusion.reason, spans };
  });
}
