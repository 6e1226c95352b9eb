/**
 * A state over time as its transitions: sorted by instant, each different from the one before, `unknown` before the
 * first. Timelines of vantage points are combined into checks, components and a service by counting, in one sweep.
 */
import type { State } from '../facts/fact.ts';
import type { Instant } from '../time/instant.ts';
import type { Interval } from '../time/interval.ts';
import type { IntervalSet } from '../time/interval-set.ts';

/** From this instant on, until the next transition, the state holds. */
export interface Transition {
  readonly at: Instant;
  readonly state: State;
}

export type Timeline = readonly Transition[];

/** How many of the combined timelines are in each state at an instant. */
export interface StateCounts {
  readonly up: number;
  readonly down: number;
  readonly unknown: number;
}

/**
 * The timeline whose state at each instant is `decide` of how many of the given timelines are up, down and unknown then.
 */
export function combine(timelines: readonly Timeline[], decide: (counts: StateCounts) => State): Timeline {
  const [only] = timelines;
  if (only && timelines.length === 1 && isIdentity(decide)) return only;
  const events: { at: Instant; from: State; to: State }[] = [];
  for (const timeline of timelines) {
    let from: State = 'unknown';
    for (const { at, state } of timeline) {
      events.push({ at, from, to: state });
      from = state;
    }
  }
  events.sort((a, b) => a.at - b.at);
  const counts = { up: 0, down: 0, unknown: timelines.length };
  const combined: Transition[] = [];
  let current = 'unknown' as State;
  for (let i = 0; i < events.length; ) {
    const at = (events[i] as { at: Instant }).at;
    for (let event = events[i]; event && event.at === at; event = events[++i]) {
      counts[event.from] -= 1;
      counts[event.to] += 1;
    }
    const next = decide(counts);
    if (next !== current) {
      combined.push({ at, state: next });
      current = next;
    }
  }
  return combined;
}

function isIdentity(decide: (counts: StateCounts) => State): boolean {
  return (
    decide({ up: 1, down: 0, unknown: 0 }) === 'up' &&
    decide({ up: 0, down: 1, unknown: 0 }) === 'down' &&
    decide({ up: 0, down: 0, unknown: 1 }) === 'unknown'
  );
}

/** The instants of a period at which the state is the given one (`up` or `down`). */
export function spansOf(timeline: Timeline, state: Exclude<State, 'unknown'>, within: Interval): IntervalSet {
  const spans: Interval[] = [];
  for (const [i, transition] of timeline.entries()) {
    if (transition.state !== state) continue;
    const start = Math.max(transition.at, within.start);
    const end = Math.min(timeline[i + 1]?.at ?? within.end, within.end);
    if (start < end) spans.push({ start, end });
  }
  return spans;
}

/** The part of a timeline inside [start, end): `unknown` before and after. */
export function clipTimeline(timeline: Timeline, within: Interval): Timeline {
  const kept: Transition[] = [];
  let entering: State = 'unknown';
  for (const transition of timeline) {
    if (transition.at >= within.end) break;
    if (transition.at <= within.start) entering = transition.state;
    else kept.push(transition);
  }
  if (entering !== 'unknown') kept.unshift({ at: within.start, state: entering });
  if (kept.length > 0 && kept.at(-1)?.state !== 'unknown' && Number.isFinite(within.end)) {
    kept.push({ at: within.end, state: 'unknown' });
  }
  return kept;
}

/** Joins timelines of successive, touching periods into one. */
export function concatenate(parts: readonly Timeline[]): Timeline {
  const joined: Transition[] = [];
  for (const transition of parts.flat()) {
    const last = joined.at(-1);
    if (last?.at === transition.at) joined.pop();
    if ((joined.at(-1)?.state ?? 'unknown') !== transition.state) joined.push(transition);
  }
  return joined;
}
