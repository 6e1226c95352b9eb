/** Where an edge is placed within its bounds (REPLAY.md rule 3), and the timeline that placed edges make. */
import type { Boundary, State } from '../facts/fact.ts';
import type { Instant } from '../time/instant.ts';
import type { Edge } from './detector.ts';
import type { Timeline, Transition } from './timeline.ts';

/** The instant at which the state changes, given the state before. */
function placeEdge(edge: Edge, from: State, boundary: Boundary): Instant {
  const { earliest, latest } = edge;
  if (edge.to === 'down') {
    if (boundary === 'maximal') return earliest;
    return boundary === 'midpoint' ? midpoint(earliest, latest) : latest;
  }
  if (edge.to === 'up' && from === 'down') {
    if (boundary === 'minimal') return earliest;
    return boundary === 'midpoint' ? midpoint(earliest, latest) : latest;
  }
  return latest;
}

function midpoint(a: Instant, b: Instant): Instant {
  return Math.floor((a + b) / 2);
}

/**
 * The timeline of one vantage point from its edges, in any order of recording, with the last state ending at `end`.
 * Bounds that overlap the next edge's yield to it, so that a later state is never lost to an earlier edge.
 */
export function timelineOfEdges(edges: readonly Edge[], boundary: Boundary, end: Instant): Timeline {
  const ordered = [...edges].sort((a, b) => a.earliest - b.earliest || a.latest - b.latest);
  const placed: { at: Instant; state: State }[] = [];
  let from: State = 'unknown';
  for (const edge of ordered) {
    placed.push({ at: placeEdge(edge, from, boundary), state: edge.to });
    from = edge.to;
  }
  let next = end;
  for (const transition of placed.toReversed()) {
    transition.at = Math.min(transition.at, next);
    next = transition.at;
  }
  if (from !== 'unknown') placed.push({ at: end, state: 'unknown' });
  const timeline: Transition[] = [];
  for (const [i, transition] of placed.entries()) {
    if (placed[i + 1]?.at === transition.at) continue;
    if ((timeline.at(-1)?.state ?? 'unknown') !== transition.state) timeline.push(transition);
  }
  return timeline;
}
