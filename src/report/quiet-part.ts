import type { DailySpan } from '../domain/contract/terms.ts';
import { dateOf, dayInterval } from '../domain/time/contract-calendar.ts';
import { DAY } from '../domain/time/instant.ts';
import type { Interval } from '../domain/time/interval.ts';
import { clip, type IntervalSet, normalize } from '../domain/time/interval-set.ts';

/** The part of a window that lies in the contract's hours of least load (cl. 7.1). */
export function quietPart(window: Interval, quietHours: readonly DailySpan[], offsetMinutes: number): IntervalSet {
  const spans: Interval[] = [];
  // Hours that run over midnight reach in from the day before.
  let midnight = dayInterval(dateOf(window.start, offsetMinutes), offsetMinutes).start - DAY;
  for (; midnight < window.end; midnight += DAY) {
    for (const { startMs, endMs } of quietHours) {
      spans.push({ start: midnight + startMs, end: midnight + endMs + (endMs <= startMs ? DAY : 0) });
    }
  }
  return clip(normalize(spans), window);
}
