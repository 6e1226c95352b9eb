/**
 * What is claimed of a check at each instant, held against the truth of that instant:
 *
 * 1. up and down are true, but inside an edge's bounds and in answers too short to have been confirmed;
 * 2. where nothing was observed for longer than maxGap, nothing is claimed;
 * 3. what was observed long enough is not unknown.
 */
import { ServiceStates } from '../../../src/domain/detection/service-states.ts';
import type { Timeline } from '../../../src/domain/detection/timeline.ts';
import type { State } from '../../../src/domain/facts/fact.ts';
import type { Instant, Millis } from '../../../src/domain/time/instant.ts';
import { MINUTE } from '../../../src/domain/time/instant.ts';
import { gapsOf, joined, type Span, spanAt } from '../spans.ts';
import type { CheckUnderTest, Evidence, Violation } from './evidence.ts';

/** The claims that the journal makes as of an instant. `complete`: at the end of a run, when all has been recorded. */
export function checkClaims(evidence: Evidence, asOf: Instant, complete: boolean): readonly Violation[] {
  return evidence.checks.flatMap((check) => {
    const found = new Claims(evidence, check, asOf, complete).violations();
    return found.length > 3 ? [...found.slice(0, 3), `and ${found.length - 3} more of ${check.id}`] : found;
  });
}

class Claims {
  readonly #evidence: Evidence;
  readonly #check: CheckUnderTest;
  readonly #asOf: Instant;
  readonly #complete: boolean;
  readonly #timeline: Timeline;
  readonly #bounds: readonly Span[];
  /** Stretches that were observed without a break, and nothing of them forgotten. */
  readonly #observed: readonly Span[];
  /** Wall-clock spans of which nothing may be claimed. */
  readonly #forbidden: readonly Span[];
  /** When nothing was observed for longer than maxGap from then on. */
  readonly #stretchEnds: readonly Millis[];

  constructor(evidence: Evidence, check: CheckUnderTest, asOf: Instant, complete: boolean) {
    this.#evidence = evidence;
    this.#check = check;
    this.#asOf = asOf;
    this.#complete = complete;
    this.#timeline = timelineOf(evidence, check.id, asOf);
    const known = check.edges.filter(({ recordedAt }) => recordedAt <= asOf);
    this.#bounds = joined(known.map(({ fact }) => ({ start: fact.earliest, end: fact.latest + 1 })));
    const whole = { start: 0, end: evidence.scenario.pace.length };
    const { map } = evidence;
    const breaks = map.steps().map((at) => ({ start: at, end: at + 1 }));
    this.#observed = gapsOf(joined([...check.doubtful, ...breaks]), whole);
    const long = ({ start, end }: Span): boolean => end - start > check.maxGapMs;
    // What the wall clock had shown before was seen then.
    const wallOf = ({ start, end }: Span): Span => ({ start: map.latestShownBy(start), end: map.wallAt(end) });
    const unseen = check.dark.filter((span) => long(wallOf(span)));
    this.#forbidden = [...map.skipped().filter(long), ...unseen.map(wallOf)];
    const leaps = map.steps().filter((at) => map.wallAt(at) - map.wallBefore(at) > check.maxGapMs);
    this.#stretchEnds = [...unseen.map(({ start }) => start), ...leaps];
  }

  violations(): readonly Violation[] {
    const { map, scenario } = this.#evidence;
    const cuts = new Set<Instant>();
    for (const { at } of this.#timeline) cuts.add(at);
    for (const span of [...this.#bounds, ...this.#forbidden]) cuts.add(span.start).add(span.end);
    const real = [
      ...scenario.truth.runsOf(this.#check.id),
      ...this.#observed.flatMap((span) => [span, this.#surelyKnown(span)]),
    ];
    for (const span of real) {
      if (span.start >= span.end) continue;
      for (const { start, end } of map.wallSpansOf(span)) cuts.add(start).add(end);
    }
    const sorted = [...cuts].filter((at) => at <= this.#asOf).sort((a, b) => a - b);
    return sorted.flatMap((at) => this.#problemAt(at) ?? []);
  }

  #problemAt(wall: Instant): Violation | undefined {
    const { map, scenario } = this.#evidence;
    const { id } = this.#check;
    const claimed = stateAt(this.#timeline, wall);
    const elapsed = map.elapsedAt(wall);
    if (elapsed.length === 0 && this.#forbidden.every((span) => wall < span.start || wall >= span.end))
      return undefined;
    const say = (what: string): Violation =>
      `${id} is claimed ${claimed} at ${wall} (elapsed ${elapsed.join(' and ')}, as of ${this.#asOf}): ${what}`;
    if (claimed === 'unknown') {
      const known = elapsed.some((at) => this.#isSurelyKnown(at));
      return known && !map.repeats().some((span) => elapsed.some((at) => at >= span.start && at < span.end))
        ? say('it was observed all the time')
        : undefined;
    }
    const dark = this.#forbidden.some((span) => wall >= span.start && wall < span.end);
    // An instant that was twice may have been observed the other time.
    if (dark && elapsed.every((at) => spanAt(this.#check.dark, at) !== undefined)) {
      return say('nobody could see it for longer than maxGap');
    }
    if (elapsed.some((at) => scenario.truth.isOk(id, at) === (claimed === 'up'))) return undefined;
    if (spanAt(this.#bounds, wall)) return undefined;
    if (elapsed.some((at) => !this.#wasConfirmed(at))) return undefined;
    return say(`the truth was otherwise for longer than ${this.#check.confirmedWithin} ms`);
  }

  /** Whether the answer of that time was observed long enough, with no end of a stretch between, to be confirmed. */
  #wasConfirmed(elapsed: Millis): boolean {
    const run = this.#evidence.scenario.truth.runAt(this.#check.id, elapsed);
    if (!run) return false;
    return this.#observed.some(({ start, end }) => {
      if (Math.min(end, run.end) - Math.max(start, run.start) <= this.#check.confirmedWithin) return false;
      return !this.#stretchEnds.some((at) => (at > elapsed && at <= start) || (at <= elapsed && at >= end));
    });
  }

  #surelyKnown({ start, end }: Span): Span {
    const { maxGapMs, intervalMs, confirmedWithin } = this.#check;
    const margin = maxGapMs + 2 * intervalMs + 2 * confirmedWithin + MINUTE;
    return { start: start + margin, end: end - margin };
  }

  #isSurelyKnown(elapsed: Millis): boolean {
    if (!this.#complete) return false;
    return this.#observed.some((span) => {
      const { start, end } = this.#surelyKnown(span);
      return elapsed >= start && elapsed < end;
    });
  }
}

/** The check's own timeline, as a service that consists of it alone would have it. */
function timelineOf({ books }: Evidence, check: string, asOf: Instant): Timeline {
  const only = { checks: [check], require: 'all', counts: true } as const;
  const service = { type: 'service', id: 'alone', customer: 'nobody', components: { only } } as const;
  return new ServiceStates({ ledger: books.feed.ledger, asOf, tail: 'covered' }, [service]).service('as-defined');
}

export function stateAt(timeline: Timeline, wall: Instant): State {
  return timeline.findLast(({ at }) => at <= wall)?.state ?? 'unknown';
}
