/**
 * Every instant of a period gets exactly one class (CONTRACT.md, The classes of downtime; first match wins):
 * `outside` where the service is not active, else `up` or `unknown`, else the class of downtime.
 */
import { type Interval, lengthMs } from '../time/interval.ts';
import { clip, EMPTY, type IntervalSet, intersect, measure, subtract, union } from '../time/interval-set.ts';
import type { ExcludedSpans } from './exclusions.ts';
import type { ClassTotals, Segment } from './statement-result.ts';

/** What classifying a service's time needs; the sets may reach beyond the period. */
export interface ServiceTime {
  readonly up: IntervalSet;
  readonly down: IntervalSet;
  readonly active: IntervalSet;
  readonly planned: IntervalSet;
  /** Disjoint. */
  readonly excluded: readonly ExcludedSpans[];
}

/** A period's time, classified: disjoint sets inside it. What is in none of them is unknown, or outside `active`. */
export interface ClassifiedTime {
  readonly period: Interval;
  readonly active: IntervalSet;
  readonly up: IntervalSet;
  readonly planned: IntervalSet;
  /** One entry per reason. */
  readonly excluded: readonly ExcludedSpans[];
  readonly unplanned: IntervalSet;
}

/** Classifies a period. */
export function classify(time: ServiceTime, period: Interval): ClassifiedTime {
  const active = clip(time.active, period);
  const down = intersect(time.down, active);
  const planned = intersect(down, time.planned);
  let unplanned = subtract(down, planned);
  const byReason = new Map<string, IntervalSet>();
  for (const { reason, spans } of time.excluded) {
    const covered = intersect(unplanned, spans);
    byReason.set(reason, union(byReason.get(reason) ?? EMPTY, covered));
  }
  const excluded = [...byReason].flatMap(([reason, spans]) => (spans.length > 0 ? [{ reason, spans }] : []));
  for (const { spans } of excluded) unplanned = subtract(unplanned, spans);
  return { period, active, up: intersect(time.up, active), planned, excluded, unplanned };
}

/** Milliseconds by class; they add up to the period exactly. */
export function totalsOf(time: ClassifiedTime): ClassTotals {
  const up = measure(time.up);
  const planned = measure(time.planned);
  const excluded = time.excluded.reduce((total, { spans }) => total + measure(spans), 0);
  const unplanned = measure(time.unplanned);
  const active = measure(time.active);
  return {
    up,
    planned,
    excluded,
    unplanned,
    unknown: active - up - planned - excluded - unplanned,
    outside: lengthMs(time.period) - active,
  };
}

/** Downtime in order, split where the class, the reason or the outage changes (REPLAY.md, `segments`). */
export function segmentsOf(time: ClassifiedTime): readonly Segment[] {
  const segments: Segment[] = [
    ...time.planned.map(({ start, end }): Segment => ({ start, end, class: 'planned', reason: null })),
    ...time.unplanned.map(({ start, end }): Segment => ({ start, end, class: 'unplanned', reason: null })),
    ...time.excluded.flatMap(({ reason, spans }) =>
      spans.map(({ start, end }): Segment => ({ start, end, class: 'excluded', reason })),
    ),
  ];
  return segments.sort((a, b) => a.start - b.start);
}
