/** Half-open spans of elapsed time, reckoned here anew: the simulation's oracle shares no code with src/domain. */
import type { Millis } from '../../src/domain/time/instant.ts';

export interface Span {
  readonly start: Millis;
  readonly end: Millis;
}

/** The spans sorted, with those that overlap or touch joined and empty ones left out. */
export function joined(spans: readonly Span[]): readonly Span[] {
  const result: { start: Millis; end: Millis }[] = [];
  for (const { start, end } of spans.toSorted((a, b) => a.start - b.start)) {
    if (start >= end) continue;
    const last = result.at(-1);
    if (last && start <= last.end) last.end = Math.max(last.end, end);
    else result.push({ start, end });
  }
  return result;
}

/** The span of a joined list that contains an instant. */
export function spanAt(spans: readonly Span[], at: Millis): Span | undefined {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((spans[middle] as Span).end <= at) low = middle + 1;
    else high = middle;
  }
  const found = spans[low];
  return found && found.start <= at ? found : undefined;
}

/** What of a whole none of the spans of a joined list covers. */
export function gapsOf(spans: readonly Span[], whole: Span): readonly Span[] {
  const gaps: Span[] = [];
  let from = whole.start;
  for (const { start, end } of spans) {
    if (end <= from) continue;
    if (start >= whole.end) break;
    if (start > from) gaps.push({ start: from, end: start });
    from = end;
  }
  if (from < whole.end) gaps.push({ start: from, end: whole.end });
  return gaps;
}
