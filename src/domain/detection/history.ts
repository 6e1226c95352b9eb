/** Detection over a whole history at once (REPLAY.md rules 1–3), as a replay file of observations needs it. */
import type { CheckFact, ObservationFact } from '../facts/fact.ts';
import type { Instant } from '../time/instant.ts';
import { createDetectorState, type Edge, observe } from './detector.ts';

/** A check's definitions as periods in order. */
export type DefinitionPeriods = readonly { readonly end: Instant; readonly fact: CheckFact }[];

/**
 * The edges that one vantage point's observations show, in whatever order they arrived, each judged by the definition in
 * force when it was sent. The last stretch ends in `unknown` at its last observation.
 */
export function detectEdges(
  observations: readonly Pick<ObservationFact, 'at' | 'outcome'>[],
  definitions: DefinitionPeriods,
): readonly Edge[] {
  const ordered = observations.toSorted((a, b) => a.at - b.at);
  const edges: Edge[] = [];
  const emit = (edge: Edge): void => {
    edges.push(edge);
  };
  const state = createDetectorState();
  let period = 0;
  for (const { at, outcome } of ordered) {
    while (period + 1 < definitions.length && at >= (definitions[period]?.end ?? at + 1)) period += 1;
    const policy = definitions[period]?.fact;
    if (policy) observe(state, policy, at, outcome, emit);
  }
  if (state.last !== undefined && state.confirmed !== 'unknown') {
    edges.push({ to: 'unknown', earliest: state.last, latest: state.last });
  }
  return edges;
}
