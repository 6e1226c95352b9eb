/** Nothing acknowledged is missing, the chain is whole, no number is skipped, and each step of the clock is on record. */
import { HOUR, type Millis, SECOND } from '../../../src/domain/time/instant.ts';
import { type Evidence, factsOf, type Violation } from './evidence.ts';

export async function checkJournal({
  books,
  entries,
  acknowledged,
  overflowed,
}: Evidence): Promise<readonly Violation[]> {
  const violations: Violation[] = [];
  if (overflowed) violations.push('journal: more waited for it than memory should hold');
  const verification = await books.journal.verify();
  if (!verification.ok) violations.push(`journal: entry ${verification.brokenAt} is not as it was written`);
  entries.forEach(({ seq }, i) => {
    if (seq !== i + 1) violations.push(`journal: found entry ${seq}, expected ${i + 1}`);
  });
  for (const [seq, hash] of acknowledged) {
    if (entries[seq - 1]?.hash !== hash) violations.push(`journal: entry ${seq} was acknowledged and is missing`);
  }
  return violations;
}

/** Steps of less are looked for in vain: the daemon takes them for slewing. */
const SURE_STEP: Millis = 10 * SECOND;

/** What is recorded of the clock was so, and what a daemon must have seen of it is recorded. */
export function checkClockSteps({ scenario, entries, dead, map }: Evidence): readonly Violation[] {
  const steps = map.steps().map((at) => ({ at, ms: map.wallAt(at) - map.wallBefore(at) }));
  const found = new Set<number>();
  const violations = factsOf(entries, 'clock-stepped').flatMap((fact): Violation[] => {
    const say = (what: string): Violation[] => [`clock stepped by ${fact.byMs} ms at ${fact.at}: ${what}`];
    if (fact.at - fact.expected !== fact.byMs) return say(`its expected instant is ${fact.expected}`);
    for (const [first] of steps.entries()) {
      let sum = 0;
      for (let last = first; last < steps.length; last += 1) {
        sum += steps[last]?.ms ?? 0;
        if (Math.abs(sum - fact.byMs) > fact.steps) continue;
        for (let seen = first; seen <= last; seen += 1) found.add(seen);
        return [];
      }
    }
    return say('no such steps were');
  });
  const lateAt = scenario.pace.length - HOUR;
  const missed = steps.flatMap(({ at, ms }, i) => {
    const wasSeen = at < lateAt && dead.every(({ start, end }) => at > end + HOUR || at < start - HOUR);
    return Math.abs(ms) < SURE_STEP || found.has(i) || !wasSeen ? [] : [`clock: a step by ${ms} ms is not on record`];
  });
  return [...violations, ...missed];
}
