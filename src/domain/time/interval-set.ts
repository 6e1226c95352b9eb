/**
 * The interval algebra that everything is computed with: up, down, planned, active, covered…
 *
 * A set is an array of intervals that is (1) sorted by start, (2) disjoint, and (3) without neighbours that touch, so
 * two sets of the same instants are equal arrays. `normalize` is the one way in from unordered input; every other
 * function keeps the three promises, costs one pass over its operands, and never changes them.
 */
import type { Instant, Millis } from './instant.ts';
import { type Interval, overlap } from './interval.ts';

export type IntervalSet = readonly Interval[];

export const EMPTY: IntervalSet = [];

/** The set of all instants that any of the intervals contains, in whatever order they come. */
export function normalize(intervals: readonly Interval[]): IntervalSet {
  const sorted = intervals.filter((span) => span.start < span.end).sort((a, b) => a.start - b.start);
  const merged: Interval[] = [];
  for (const span of sorted) {
    const last = merged.at(-1);
    if (last && span.start <= last.end) {
      if (span.end > last.end) merged[merged.length - 1] = { start: last.start, end: span.end };
    } else {
      merged.push(span);
    }
  }
  return merged;
}

/** Instants in either. */
export function union(a: IntervalSet, b: IntervalSet): IntervalSet {
  if (a.length === 0) return b;
  if (b.length === 0) return a;
  return normalize([...a, ...b]);
}

/** Instants in both. */
export function intersect(a: IntervalSet, b: IntervalSet): IntervalSet {
  const common: Interval[] = [];
  let i = 0;
  let j = 0;
  while (true) {
    const left = a[i];
    const right = b[j];
    if (!left || !right) return common;
    const shared = overlap(left, right);
    if (shared) common.push(shared);
    if (left.end < right.end) i += 1;
    else j += 1;
  }
}

/** Instants in `a` and not in `b`. */
export function subtract(a: IntervalSet, b: IntervalSet): IntervalSet {
  if (b.length === 0) return a;
  const rest: Interval[] = [];
  let j = 0;
  for (const span of a) {
    let start = span.start;
    while (j < b.length && (b[j] as Interval).end <= start) j += 1;
    for (let k = j; k < b.length && start < span.end; k += 1) {
      const hole = b[k] as Interval;
      if (hole.start >= span.end) break;
      if (hole.start > start) rest.push({ start, end: hole.start });
      start = Math.max(start, hole.end);
    }
    if (start < span.end) rest.push({ start, end: span.end });
  }
  return rest;
}

/** The part of a set inside one interval. */
export function clip(set: IntervalSet, within: Interval): IntervalSet {
  const kept: Interval[] = [];
  for (const span of set) {
    if (span.start >= within.end) break;
    const shared = overlap(span, within);
    if (shared) kept.push(shared);
  }
  return kept;
}

/** How many milliseconds it covers. */
export function measure(set: IntervalSet): Millis {
  let total = 0;
  for (const span of set) total += span.end - span.start;
  return total;
}

/** Whether the set contains the instant. */
export function contains(set: IntervalSet, instant: Instant): boolean {
  return set.some((span) => span.start <= instant && instant < span.end);
}
