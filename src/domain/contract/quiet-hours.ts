/** The hours of least load (cl. 7.1): 01:00–06:00 on the contract clock in the agreement, any daily spans in general. */
import { DAY, type Instant, MINUTE } from '../time/instant.ts';
import type { Interval } from '../time/interval.ts';
import { clip, type IntervalSet, normalize } from '../time/interval-set.ts';
import type { DailySpan } from './terms.ts';

/** The daily spans inside a period. A fixed offset has no clock changes, so every contract day is 24 h. */
export function quietHoursWithin(spans: readonly DailySpan[], offsetMinutes: number, period: Interval): IntervalSet {
  const occurrences: Interval[] = [];
  const offsetMs = offsetMinutes * MINUTE;
  for (let day = midnightBefore(period.start, offsetMs) - DAY; day < period.end; day += DAY) {
    for (const { startMs, endMs } of spans) {
      occurrences.push({ start: day + startMs, end: day + (endMs > startMs ? endMs : endMs + DAY) });
    }
  }
  return clip(normalize(occurrences), period);
}

function midnightBefore(instant: Instant, offsetMs: number): Instant {
  return Math.floor((instant + offsetMs) / DAY) * DAY - offsetMs;
}
