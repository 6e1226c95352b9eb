/** A month's downtime by contract-clock day: what a claim must state (cl. 8.1), and the month at a glance. */
import type { DowntimeClass, Segment } from '../domain/contract/statement-result.ts';
import { dateOf, dayInterval } from '../domain/time/contract-calendar.ts';
import type { Instant, Millis } from '../domain/time/instant.ts';
import { type Interval, lengthMs, overlap } from '../domain/time/interval.ts';

export interface DowntimeDay {
  readonly start: Instant;
  readonly ms: Readonly<Record<DowntimeClass, Millis>>;
}

/** Every day of a period that begins and ends at midnight or is cut short, with its downtime by class. */
export function downtimeByDay(
  segments: readonly Segment[],
  period: Interval,
  offsetMinutes: number,
): readonly DowntimeDay[] {
  const days: DowntimeDay[] = [];
  let day = dayInterval(dateOf(period.start, offsetMinutes), offsetMinutes);
  while (day.start < period.end) {
    const ms = { planned: 0, excluded: 0, unplanned: 0 };
    for (const segment of segments) {
      const shared = overlap(segment, day);
      if (shared) ms[segment.class] += lengthMs(shared);
    }
    days.push({ start: day.start, ms });
    day = dayInterval(dateOf(day.end, offsetMinutes), offsetMinutes);
  }
  return days;
}
