/** The newest recorded state of a check from one vantage point, and how long it is known to have held. */
import type { CheckFact, EdgeFact, State } from '../facts/fact.ts';
import { knownAt, type Ledger } from '../facts/ledger.ts';
import { type Instant, MINUTE, type Millis, SECOND } from '../time/instant.ts';

export interface LastState {
  readonly state: State;
  /** When it was first seen. */
  readonly since: Instant;
  /** Nothing is known from this instant on. */
  readonly through: Instant;
  /** The newest instant, not later, of which it is certain that it was observed in this state: detection goes on from it. */
  readonly observedAt: Instant;
}

const COVERAGE_OFTEN: Millis = 5 * SECOND;
const COVERAGE_SELDOM: Millis = MINUTE;
/** From an observation to its place in the ledger, besides the wait for the next coverage. */
const HAND_OVER: Millis = 2 * SECOND;

/** How often a group's coverage is recorded: once an interval, but not oftener and not more seldom than these. */
export function coverageEvery(intervalMs: Millis): Millis {
  return Math.min(COVERAGE_SELDOM, Math.max(COVERAGE_OFTEN, intervalMs));
}

/** The age that the newest recorded coverage may reach while nothing is overdue. */
export function oldestCoverage({ intervalMs, maxGapMs }: CheckFact): Millis {
  return maxGapMs + coverageEvery(intervalMs) + HAND_OVER;
}

/**
 * Through when a vantage point's edges are covered: to `asOf` in a replay file, which says nothing of coverage; in a live
 * journal to the recorded coverage, or to the last edge where that is later.
 */
export function coveredThrough(
  ledger: Ledger,
  definition: CheckFact | undefined,
  vantage: string,
  edges: readonly EdgeFact[],
  asOf: Instant,
): Instant {
  if (ledger.lastState === 'hold') return asOf;
  const lastSeen = edges.reduce((latest, edge) => Math.max(latest, edge.latest), Number.NEGATIVE_INFINITY);
  const covered = definition && ledger.coveredThrough(vantage, definition.intervalMs, asOf);
  return Math.min(asOf, Math.max(lastSeen, covered ?? Number.NEGATIVE_INFINITY));
}

/** The newest state; undefined where the vantage point recorded nothing of the check. */
export function lastStateOf(ledger: Ledger, check: string, vantage: string, asOf: Instant): LastState | undefined {
  const edges = knownAt(ledger.vantage(check, vantage)?.edges ?? [], asOf);
  const newest = edges.reduce<EdgeFact | undefined>(
    (last, edge) => (last && (last.earliest > edge.earliest || last.latest > edge.latest) ? last : edge),
    undefined,
  );
  if (!newest) return undefined;
  const definition = knownAt(ledger.check(check), asOf).at(-1);
  const through = coveredThrough(ledger, definition, vantage, edges, asOf);
  const covered = definition && ledger.coveredThrough(vantage, definition.intervalMs, asOf);
  const observedAt = Math.min(through, Math.max(firstObserved(newest), covered ?? Number.NEGATIVE_INFINITY));
  return { state: newest.to, since: newest.latest, through, observedAt };
}

/**
 * An instant at which the state that an edge begins was observed: when the first probe that showed it was sent, which is
 * before it had shown it (docs/decisions/0013). An edge out of `unknown` begins no earlier than it says.
 */
export function firstObserved({
  earliest,
  latest,
  evidence,
}: Pick<EdgeFact, 'earliest' | 'latest' | 'evidence'>): Instant {
  const sentAt = evidence?.sentAt;
  return earliest < latest && typeof sentAt === 'number' ? Math.min(latest, sentAt) : latest;
}
