/** Journalled edges held against what was really so. */
import type { Instant, Millis } from '../../src/domain/time/instant.ts';
import type { FoundEdge } from '../../src/monitor/watched-check.ts';
import type { Mode, TrueOutage } from './scripted-target.ts';

export interface Measured {
  readonly lengthMs: Millis;
  readonly mode: Mode;
  /** Placed at the midpoint of the bounds, minus the truth; absent where the outage was not found. */
  readonly startErrorMs?: Millis;
  readonly endErrorMs?: Millis;
}

export interface Verdict {
  readonly outages: readonly Measured[];
  /** Edges whose bounds hold no true edge, in words. */
  readonly wrong: readonly string[];
}

/** Judges what was found of one check. Edges out of `unknown` begin its life and are no outage's. */
export function judge(check: string, edges: readonly FoundEdge[], truth: readonly TrueOutage[]): Verdict {
  const inOrder = edges.toSorted((a, b) => a.earliest - b.earliest);
  const downs = inOrder.filter(({ to }) => to === 'down');
  const ups = inOrder.filter(({ to }, i) => to === 'up' && inOrder[i - 1]?.to === 'down');
  const claimed = new Set<FoundEdge>();
  const error = (candidates: readonly FoundEdge[], at: Instant): Millis | undefined => {
    const edge = candidates.find((each) => each.earliest <= at && at <= each.latest);
    if (edge === undefined) return undefined;
    claimed.add(edge);
    return Math.floor((edge.earliest + edge.latest) / 2) - at;
  };
  const outages = truth.map(({ start, end, mode }): Measured => {
    const startErrorMs = error(downs, start);
    const endErrorMs = error(ups, end);
    return {
      lengthMs: end - start,
      mode,
      ...(startErrorMs === undefined ? {} : { startErrorMs }),
      ...(endErrorMs === undefined ? {} : { endErrorMs }),
    };
  });
  const wrong = [...downs, ...ups]
    .filter((edge) => !claimed.has(edge))
    .map(
      ({ to, earliest, latest }) => `${check}: an edge into ${to} within [${earliest}, ${latest}] holds no true one`,
    );
  return { outages, wrong };
}
