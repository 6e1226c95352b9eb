/** When a service is active (cl. 3.2, 4.2, 4.6, 5.4): all other time is `outside`. */
import type { LifecycleFact, LifecycleStatus } from '../facts/fact.ts';
import { inForce } from '../facts/ledger.ts';
import type { Instant } from '../time/instant.ts';
import type { Interval } from '../time/interval.ts';
import { clip, type IntervalSet, normalize } from '../time/interval-set.ts';

/** The active spans inside a period. Before the first lifecycle fact the service is not active. */
export function activeSpans(lifecycle: readonly LifecycleFact[], period: Interval): IntervalSet {
  const active = inForce(lifecycle).filter((span) => span.fact.status === 'active');
  return clip(normalize(active), period);
}

/** The status at an instant; undefined before the first lifecycle fact. */
export function statusAt(lifecycle: readonly LifecycleFact[], instant: Instant): LifecycleStatus | undefined {
  return inForce(lifecycle).findLast((span) => span.start <= instant)?.fact.status;
}

/** Whether the service is active just before an instant. */
export function isActiveBefore(lifecycle: readonly LifecycleFact[], instant: Instant): boolean {
  return statusAt(lifecycle, instant - 1) === 'active';
}

/** Whether the service is ended just before an instant (cl. 8.4). */
export function isEndedBefore(lifecycle: readonly LifecycleFact[], instant: Instant): boolean {
  return statusAt(lifecycle, instant - 1) === 'ended';
}

/** The first instant at which the service was active, or undefined. */
export function firstActive(lifecycle: readonly LifecycleFact[]): Instant | undefined {
  return inForce(lifecycle).find((span) => span.fact.status === 'active')?.start;
}
