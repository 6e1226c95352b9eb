/** What a run leaves, in the forms that the invariants ask for. */
import type { CheckFact, EdgeFact, Fact } from '../../../src/domain/facts/fact.ts';
import type { Millis } from '../../../src/domain/time/instant.ts';
import { MINUTE, SECOND } from '../../../src/domain/time/instant.ts';
import { joined, type Span } from '../spans.ts';
import { WallMap } from '../wall-map.ts';
import type { Aftermath } from '../world.ts';

/** Something that must not be so; the words name the place and what was found. */
export type Violation = string;

export interface Evidence extends Aftermath {
  readonly map: WallMap;
  readonly checks: readonly CheckUnderTest[];
}

/** A check with the bounds that its definitions, the laxest of them, put on what can be known of it. */
export interface CheckUnderTest {
  readonly id: string;
  readonly maxGapMs: Millis;
  readonly intervalMs: Millis;
  /** An answer that is observed for so long without a break is confirmed. */
  readonly confirmedWithin: Millis;
  readonly edges: readonly { readonly fact: EdgeFact; readonly recordedAt: number }[];
  /** When nothing was observed of it. */
  readonly dark: readonly Span[];
  /** When what was observed may not count: dark, forgotten in a crash, or of an instant that had been before. */
  readonly doubtful: readonly Span[];
}

/** Puts the evidence in order. */
export function gatherEvidence(aftermath: Aftermath): Evidence {
  const { scenario, passes } = aftermath;
  const map = new WallMap(passes, scenario.pace.length);
  return { ...aftermath, map, checks: scenario.truth.checks.map((id) => checkUnderTest(id, aftermath, map)) };
}

function checkUnderTest(id: string, { scenario, entries, dead, diskTrouble }: Aftermath, map: WallMap): CheckUnderTest {
  const definitions = factsOf(entries, 'check').filter((fact) => fact.id === id);
  const most = (value: (fact: CheckFact) => number): number => Math.max(...definitions.map(value));
  const longest = Math.max(...factsOf(entries, 'check').map((fact) => fact.intervalMs));
  const intervalMs = most((fact) => fact.intervalMs);
  const inARow = most((fact) => Math.max(fact.failures, fact.successes));
  const confirmedWithin = intervalMs + inARow * (10 * SECOND + 5 * SECOND) + scenario.pace.sleepyMs;
  const dark = joined([...dead, ...(scenario.blind.get(id) ?? [])]);
  // Coverage is the least of a group's, and recorded once an interval: so much, and what waits for the disk, a crash forgets.
  const forgotten = dead.map(({ start, end }) => {
    const from = diskTrouble.reduce(
      (at, trouble) => (trouble.start < at && trouble.end >= at - MINUTE ? trouble.start : at),
      start,
    );
    return { start: from - 3 * longest - confirmedWithin - MINUTE, end };
  });
  const edges = entries.flatMap(({ fact, recordedAt }) =>
    fact.type === 'edge' && fact.check === id ? [{ fact, recordedAt }] : [],
  );
  return {
    id,
    maxGapMs: most((fact) => fact.maxGapMs),
    intervalMs,
    confirmedWithin,
    edges,
    dark,
    doubtful: joined([...dark, ...forgotten, ...map.repeats()]),
  };
}

/** All facts of one type, in recorded order. */
export function factsOf<T extends Fact['type']>(
  entries: Aftermath['entries'],
  type: T,
): readonly Extract<Fact, { type: T }>[] {
  return entries.flatMap(({ fact }) => (fact.type === type ? [fact as Extract<Fact, { type: T }>] : []));
}
