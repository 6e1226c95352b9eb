import type { Instant, Millis } from './instant.ts';

/** The instants t with start <= t < end. Half-open, so neighbours neither overlap nor leave a gap. */
export interface Interval {
  readonly start: Instant;
  readonly end: Instant;
}

/** Its length in milliseconds. */
export function lengthMs(span: Interval): Millis {
  return span.end - span.start;
}

/** The instants that both contain, or undefined when there are none. */
export function overlap(a: Interval, b: Interval): Interval | undefined {
  const start = Math.max(a.start, b.start);
  const end = Math.min(a.end, b.end);
  return start < end ? { start, end } : undefined;
}
