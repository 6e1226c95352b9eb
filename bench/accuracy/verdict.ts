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
  /** How far apart the bounds are. */
  readonly startWidthMs?: Millis;
  readonly endWidthMs?: Millis;
  /** From its true start to the report that it is down. */
  readonly foundAfterMs?: Millis;
}

/** An edge and when it was handed over. */
export interface ReportedEdge extends FoundEdge {
  readonly reportedAt: Instant;
}

export interface Verdict {
  readonly outages: readonly Measured[];
  /** Edges whose bounds hold no true edge, in words. */
  readonly wrong: readonly string[];
}

/** Judges what was found of one check. Edges out of `unknown` begin its life and are no outage's. */
export function judge(check: string, edges: readonly ReportedEdge[], truth: readonly TrueOutage[]): Verdict {
  const inOrder = edges.toSorted((a, b) => a.earliest - b.earliest);
  const downs = inOrder.filter(({ to }) => to === 'down');
  const ups = inOrder.filter(({ to }, i) => to === 'up' && inOrder[i - 1]?.to === 'down');
  const claimed = new Set<ReportedEdge>();
  const holding = (candidates: readonly ReportedEdge[], at: Instant): ReportedEdge | undefined => {
    const edge = candidates.find((each) => each.earliest <= at && at <= each.latest);
    if (edge) claimed.add(edge);
    return edge;
  };
  const outages = truth.map(({ start, end, mode }): Measured => {
    const down = holding(downs, start);
    const up = holding(ups, end);
    return {
      lengthMs: end - start,
      mode,
      ...(down && {
        startErrorMs: placed(down) - start,
        startWidthMs: down.latest - down.earliest,
        foundAfterMs: down.reportedAt - start,
      }),
      ...(up && { endErrorMs: placed(up) - end, endWidthMs: up.latest - up.earliest }),
    };
  });
  const wrong = [...downs, ...ups]
    .filter((edge) => !claimed.has(edge))
    .map(
      ({ to, earliest, latest }) => `${check}: an edge into ${to} within [${earliest}, ${latest}] holds no true one`,
    );
  return { outages, wrong };
}

function placed({ earliest, latest }: FoundEdge): Instant {
  return Math.floor((earliest + latest) / 2);
}
