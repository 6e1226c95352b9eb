/**
 * Where in its interval each check has its slots: evenly over the interval, and evenly within each shared-fate group, for
 * neighbours probed in turn date the fall of their server.
 *
 * 1. The n members of a group with one interval lie 1/n of the interval apart, in the order of their ids. The checks without a
 *    group are as one group. Of several groups each is turned by a multiple of the golden ratio of its own 1/n.
 * 2. The same checks have the same phases, in whatever order they come. With another member a group's others move by
 *    less than one such part; with another group, the others turn within theirs.
 * 3. A phase that is kept (a reload) does not move at all: newcomers go into the middle of their group's widest gap.
 */
import type { Millis } from '../domain/time/instant.ts';
import { atOnce, type Steps } from '../runtime/slices.ts';
import { DueQueue } from './due-queue.ts';

export interface Phased {
  readonly id: string;
  readonly intervalMs: Millis;
  readonly group?: string;
}

const GOLDEN_RATIO = (Math.sqrt(5) - 1) / 2;

/**
 * The phase of each check by its id, in [0, intervalMs).
 * @param kept phases that stay as they are: of checks that go on with the same interval.
 */
export function assignPhases(
  checks: readonly Phased[],
  kept: ReadonlyMap<string, Millis> = new Map(),
): ReadonlyMap<string, Millis> {
  return atOnce(phaseSteps(checks, kept));
}

/** `assignPhases` in steps, a group each at most. */
export function* phaseSteps(
  checks: readonly Phased[],
  kept: ReadonlyMap<string, Millis>,
): Steps<ReadonlyMap<string, Millis>> {
  const phases = new Map<string, Millis>();
  for (const [intervalMs, groups] of yield* byInterval(checks)) {
    for (const [ordinal, group] of [...groups.keys()].toSorted(byText).entries()) {
      const ids = groups.get(group) ?? [];
      for (const id of ids) {
        const phase = kept.get(id);
        if (phase !== undefined) phases.set(id, phase);
      }
      yield;
      const newcomers = ids.filter((id) => !phases.has(id)).toSorted(byText);
      if (newcomers.length < ids.length) {
        fillGaps(
          ids.flatMap((id) => phases.get(id) ?? []),
          newcomers,
          intervalMs,
          phases,
        );
      } else {
        const turn = (ordinal * GOLDEN_RATIO) % 1;
        for (const [i, id] of newcomers.entries()) phases.set(id, Math.floor(((i + turn) * intervalMs) / ids.length));
      }
    }
  }
  return phases;
}

/** Ids by interval, then by group. */
function* byInterval(checks: readonly Phased[]): Steps<ReadonlyMap<Millis, ReadonlyMap<string, readonly string[]>>> {
  const intervals = new Map<Millis, Map<string, string[]>>();
  for (const { id, intervalMs, group = '' } of checks) {
    const groups = intervals.get(intervalMs) ?? new Map<string, string[]>();
    intervals.set(intervalMs, groups);
    const ids = groups.get(group);
    if (ids) ids.push(id);
    else groups.set(group, [id]);
    yield;
  }
  return intervals;
}

function fillGaps(
  taken: readonly Millis[],
  newcomers: readonly string[],
  intervalMs: Millis,
  phases: Map<string, Millis>,
): void {
  if (newcomers.length === 0) return;
  const sorted = taken.toSorted((a, b) => a - b);
  const gaps = new DueQueue<{ readonly from: Millis; readonly length: Millis }>();
  const add = (from: Millis, length: Millis): void => gaps.add(-length, { from, length });
  for (const [i, from] of sorted.entries()) add(from, (sorted[i + 1] ?? (sorted[0] ?? 0) + intervalMs) - from);
  for (const id of newcomers) {
    const widest = gaps.take(0);
    if (!widest) return;
    const { from, length } = widest.item;
    phases.set(id, Math.floor(from + length / 2) % intervalMs);
    add(from, length / 2);
    add(from + length / 2, length / 2);
  }
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
