/**
 * A monitor that is killed at any instant and started again: what the journal then says must still be true. The hidden
 * truth is a script by time, a probe's outcome is the truth at the instant it was sent.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { timelineOfEdges } from '../../src/domain/detection/edge-position.ts';
import { lastStateOf } from '../../src/domain/detection/last-state.ts';
import { ServiceStates } from '../../src/domain/detection/service-states.ts';
import type { Timeline } from '../../src/domain/detection/timeline.ts';
import type { CheckFact, EdgeFact, Fact, Outcome, State } from '../../src/domain/facts/fact.ts';
import { Ledger } from '../../src/domain/facts/ledger.ts';
import { DAY, type Instant, MINUTE, type Millis, SECOND } from '../../src/domain/time/instant.ts';
import type { JournalEntry } from '../../src/journal/journal.ts';
import { Recorder } from '../../src/monitor/recorder.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { type Script, scriptedLoop, watched } from './scripted-probes.ts';

const START = 20_513 * DAY;
const LENGTH = 40 * MINUTE;

interface World {
  readonly intervalMs: Millis;
  readonly maxGapMs: Millis;
  /** One truth a check. */
  readonly truths: readonly (readonly { readonly forMs: Millis; readonly outcome: Outcome }[])[];
  /** How long the probes of each check take: a slow one beside fast ones is what coverage must wait for. */
  readonly tookMs: readonly Millis[];
  readonly crashAfterMs: Millis;
  readonly awayMs: Millis;
}

const truth = fc.array(
  fc.record({
    // Longer than a gap may be: a shorter outage may lie between two observations, or in what the crash forgets.
    forMs: fc.integer({ min: 4 * MINUTE, max: 15 * MINUTE }),
    outcome: fc.constantFrom<Outcome>('ok', 'ok', 'fail', 'fail', 'void'),
  }),
  { minLength: 1, maxLength: 8 },
);
const world: fc.Arbitrary<World> = fc
  .record({
    intervalMs: fc.constantFrom(5 * SECOND, 20 * SECOND, MINUTE),
    truths: fc.array(truth, { minLength: 1, maxLength: 3 }),
    tookMs: fc.array(fc.constantFrom(0, 300, 4_900), { minLength: 3, maxLength: 3 }),
    crashAfterMs: fc.integer({ min: 0, max: LENGTH }),
    awayMs: fc.oneof(fc.integer({ min: 100, max: 30 * SECOND }), fc.integer({ min: 100, max: 10 * MINUTE })),
  })
  .map((sketch) => ({ ...sketch, maxGapMs: 3 * sketch.intervalMs }));

function truthAt({ truths }: World, check: number, at: Instant): Outcome {
  const script = truths[check]!;
  let from = START;
  for (const { forMs, outcome } of script) {
    if (at < from + forMs) return outcome;
    from += forMs;
  }
  return script.at(-1)!.outcome;
}

const definitionOf = (world: World, check: number): CheckFact => ({
  type: 'check',
  id: `c${check}`,
  vantages: ['local'],
  intervalMs: world.intervalMs,
  maxGapMs: world.maxGapMs,
  failures: 3,
  successes: 2,
  quorum: 'majority',
  boundary: 'midpoint',
});

interface Told {
  readonly ledger: Ledger;
  readonly edges: readonly EdgeFact[];
  readonly observed: readonly { readonly check: string; readonly at: Instant }[];
  readonly end: Instant;
}

/** Runs the world to its end; with a crash, the journal loses what was on its way, and a new monitor goes on from it. */
async function run(world: World, crash: boolean): Promise<Told> {
  const ledger = new Ledger('covered');
  const edges: EdgeFact[] = [];
  const observed: { check: string; at: Instant }[] = [];
  for (const [n] of world.truths.entries()) ledger.add(definitionOf(world, n), START);

  const script: Script = (check, sentAt) => {
    const outcome = truthAt(world, Number(check.slice(1)), sentAt);
    if (outcome !== 'void') observed.push({ check, at: sentAt });
    return { outcome, tookMs: world.tookMs[Number(check.slice(1))] ?? 0 };
  };
  const shift = async (from: Instant, forMs: Millis, orderly: boolean): Promise<void> => {
    const clock = new ManualClock(from);
    const recorder = new Recorder({
      clock,
      vantage: 'local',
      journal: {
        append: async (drafts): Promise<readonly JournalEntry[]> => {
          for (const { fact } of drafts as readonly { fact: Fact }[]) {
            ledger.add(fact, clock.now());
            if (fact.type === 'edge') edges.push(fact);
          }
          return [];
        },
      },
      onRecorded: () => {},
      onTrouble: (error) => {
        if (error) throw error;
      },
      onOverflow: () => {},
    });
    const checks = world.truths.map((_, n) => {
      const { id, intervalMs, maxGapMs, failures, successes } = definitionOf(world, n);
      const recorded = lastStateOf(ledger, id, 'local', from);
      return watched(id, {
        intervalMs,
        phaseMs: n * 1_700,
        policy: { maxGapMs, failures, successes },
        ...(recorded ? { recorded } : {}),
      });
    });
    const { loop } = scriptedLoop({ clock, checks, script, onBatch: (batch) => recorder.take(batch) });
    loop.start();
    await clock.advance(forMs);
    if (!orderly) return; // killed: its clock stands still for ever
    await loop.stop();
    await recorder.flush();
  };
  if (crash) {
    await shift(START, world.crashAfterMs, false);
    await shift(START + world.crashAfterMs + world.awayMs, LENGTH, true);
  } else {
    await shift(START, world.crashAfterMs + world.awayMs + LENGTH, true);
  }
  return { ledger, edges, observed, end: START + world.crashAfterMs + world.awayMs + LENGTH };
}

function timelineOf({ ledger, end }: Told, check: string): Timeline {
  const service = {
    type: 'service',
    id: 's',
    customer: 'c',
    components: { web: { checks: [check], require: 'all', counts: true } },
  } as const;
  return new ServiceStates({ ledger, asOf: end, tail: 'covered' }, [service]).service('as-defined');
}

function stateAt(timeline: Timeline, at: Instant): State {
  return timeline.findLast((transition) => transition.at <= at)?.state ?? 'unknown';
}

/** Instants worth looking at: everything that happened, and the middle between neighbours. */
function instantsOf(told: Told, ...timelines: Timeline[]): readonly Instant[] {
  const marks = [...told.observed, ...timelines.flat()].map(({ at }) => at);
  const sorted = [...new Set(marks)].toSorted((a, b) => a - b);
  return sorted.flatMap((at, i) => [at, Math.floor((at + (sorted[i + 1] ?? told.end)) / 2)]);
}

describe('a monitor that is killed and started again', () => {
  it('leaves edges whose bounds hold a change of the truth, and claims nothing that was not observed', async () => {
    await fc.assert(
      fc.asyncProperty(world, async (world) => {
        const told = await run(world, true);
        for (const edge of told.edges) {
          if (edge.to === 'unknown') continue;
          const check = Number(edge.check.slice(1));
          const wanted = edge.to === 'up' ? 'ok' : 'fail';
          expect(truthAt(world, check, edge.latest)).toBe(wanted);
          if (edge.earliest < edge.latest) {
            const other = edge.to === 'up' ? 'fail' : 'ok';
            const before = [edge.earliest, ...told.observed.map(({ at }) => at)].filter(
              (at) => at >= edge.earliest && at < edge.latest,
            );
            expect(before.some((at) => truthAt(world, check, at) === other)).toBe(true);
          }
        }
        for (const [n] of world.truths.entries()) {
          const timeline = timelineOf(told, `c${n}`);
          const observed = told.observed.filter(({ check }) => check === `c${n}`).map(({ at }) => at);
          for (const at of instantsOf(told, timeline)) {
            if (stateAt(timeline, at) === 'unknown') continue;
            const before = observed.findLast((instant) => instant <= at);
            const after = observed.find((instant) => instant >= at);
            expect(before).toBeDefined();
            expect(after).toBeDefined();
            expect(after! - before!).toBeLessThanOrEqual(world.maxGapMs);
          }
        }
      }),
      { numRuns: 25 },
    );
  }, 120_000);

  it('contradicts a monitor that was not killed nowhere but within the bounds of their edges', async () => {
    await fc.assert(
      fc.asyncProperty(world, async (world) => {
        const killed = await run(world, true);
        const unhurt = await run(world, false);
        for (const [n] of world.truths.entries()) {
          const check = `c${n}`;
          const [a, b] = [timelineOf(killed, check), timelineOf(unhurt, check)];
          const edges = [...killed.edges, ...unhurt.edges].filter((edge) => edge.check === check);
          for (const at of instantsOf(killed, a, b)) {
            const [one, other] = [stateAt(a, at), stateAt(b, at)];
            if (one === 'unknown' || other === 'unknown' || one === other) continue;
            expect(edges.some((edge) => edge.earliest <= at && at <= edge.latest)).toBe(true);
          }
        }
      }),
      { numRuns: 15 },
    );
  }, 120_000);

  it('places every edge in the order in which the states came', async () => {
    await fc.assert(
      fc.asyncProperty(world, async (world) => {
        const told = await run(world, true);
        for (const [n] of world.truths.entries()) {
          const edges = told.edges.filter((edge) => edge.check === `c${n}`);
          const last = lastStateOf(told.ledger, `c${n}`, 'local', told.end);
          expect(last?.state).toBe(edges.at(-1)?.to);
          const timeline = timelineOfEdges(edges, 'midpoint', told.end);
          expect(timeline.every(({ at }, i) => i === 0 || at > timeline[i - 1]!.at)).toBe(true);
        }
      }),
      { numRuns: 15 },
    );
  }, 120_000);
});
