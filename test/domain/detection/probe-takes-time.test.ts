/** Bounds of edges found by probes that last (docs/decisions/0013). */
import { describe, expect, it } from 'vitest';
import { createDetectorState, type Edge, observe } from '../../../src/domain/detection/detector.ts';
import type { Outcome } from '../../../src/domain/facts/fact.ts';

/** Outcome, when it was sent, and by when it had shown that. */
type Observed = readonly [Outcome, number, number];

function edgesOf(observed: readonly Observed[], { failures = 2, successes = 2 } = {}): readonly Edge[] {
  const edges: Edge[] = [];
  const state = createDetectorState();
  const policy = { maxGapMs: 1_000, failures, successes };
  for (const [outcome, at, shownAt] of observed) {
    observe(state, policy, at, outcome, (edge) => edges.push(edge), shownAt);
  }
  return edges;
}

describe('an edge', () => {
  it.for<{ readonly promise: string; readonly observed: readonly Observed[]; readonly edges: readonly Edge[] }>([
    {
      promise: 'into down holds a death in the middle of the first failing probe',
      observed: [
        ['ok', 100, 110],
        ['fail', 200, 250],
        ['fail', 300, 301],
      ],
      edges: [
        { to: 'up', earliest: 110, latest: 110 },
        { to: 'down', earliest: 110, latest: 250 },
      ],
    },
    {
      promise: 'into down begins at the last good probe’s sending, not at its end',
      observed: [
        ['ok', 0, 10],
        ['ok', 100, 190],
        ['fail', 200, 205],
        ['fail', 300, 301],
      ],
      edges: [
        { to: 'up', earliest: 10, latest: 10 },
        { to: 'down', earliest: 100, latest: 205 },
      ],
    },
    {
      promise: 'out of down holds a recovery in the middle of the first good probe',
      observed: [
        ['fail', 0, 5],
        ['fail', 100, 105],
        ['ok', 200, 290],
        ['ok', 300, 301],
      ],
      edges: [
        { to: 'down', earliest: 5, latest: 5 },
        { to: 'up', earliest: 100, latest: 290 },
      ],
    },
    {
      promise: 'out of unknown is up only once the reply was there',
      observed: [['ok', 100, 190]],
      edges: [{ to: 'up', earliest: 190, latest: 190 }],
    },
  ])('$promise', ({ observed, edges }) => {
    expect(edgesOf(observed)).toEqual(edges);
  });

  it('out of unknown into down never comes after the recovery that follows', () => {
    const edges = edgesOf(
      [
        ['fail', 100, 190],
        ['ok', 200, 210],
      ],
      { failures: 1, successes: 1 },
    );
    expect(edges).toEqual([
      { to: 'down', earliest: 100, latest: 100 },
      { to: 'up', earliest: 100, latest: 210 },
    ]);
  });
});
