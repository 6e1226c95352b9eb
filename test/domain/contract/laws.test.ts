/** What must hold of every statement, whatever happened: laws over random worlds. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classify, type ServiceTime, totalsOf } from '../../../src/domain/contract/classes.ts';
import { computeStatement } from '../../../src/domain/contract/statement.ts';
import { type ClassTotals, INSTANT_CLASSES, type Statement } from '../../../src/domain/contract/statement-result.ts';
import { createDetectorState, type Edge, observe } from '../../../src/domain/detection/detector.ts';
import type { CheckFact, ObservationFact, ReplayFact } from '../../../src/domain/facts/fact.ts';
import { ledgerOf } from '../../../src/domain/facts/ledger.ts';
import type { Interval } from '../../../src/domain/time/interval.ts';
import { normalize, subtract } from '../../../src/domain/time/interval-set.ts';
import { type RandomWorld, randomWorld, randomWorldOfEdges } from '../../support/random-worlds.ts';

function statementOf({ facts, ...question }: RandomWorld): Statement {
  return computeStatement({ ledger: ledgerOf(facts), service: 's1', ...question });
}

function downtime(ms: ClassTotals): number {
  return ms.planned + ms.excluded + ms.unplanned;
}

function sumOf(parts: readonly ClassTotals[]): Record<string, number> {
  return Object.fromEntries(INSTANT_CLASSES.map((of) => [of, parts.reduce((sum, part) => sum + part[of], 0)]));
}

const anyWorld = fc.oneof({ weight: 2, arbitrary: randomWorld }, { weight: 1, arbitrary: randomWorldOfEdges });

describe('of every statement it holds that', () => {
  it('the classes add up to the period exactly, and the segments to the downtime', () => {
    fc.assert(
      fc.property(anyWorld, (world) => {
        const { month, year, segments } = statementOf(world);
        for (const { ms, period } of [month, year]) {
          expect(Object.values(ms).reduce((sum, part) => sum + part, 0)).toBe(period.end - period.start);
          expect(Math.min(...Object.values(ms))).toBeGreaterThanOrEqual(0);
        }
        for (const of of ['planned', 'excluded', 'unplanned'] as const) {
          const parts = segments.filter((segment) => segment.class === of);
          expect(parts.reduce((sum, { start, end }) => sum + end - start, 0)).toBe(month.ms[of]);
        }
        let end = month.period.start;
        for (const segment of segments) {
          expect(segment.start).toBeGreaterThanOrEqual(end);
          end = segment.end;
        }
        expect(end).toBeLessThanOrEqual(month.period.end);
      }),
      { numRuns: 1_000 },
    );
  });

  it('unplanned lies between the bounds that minimal and maximal boundaries give', () => {
    fc.assert(
      fc.property(anyWorld, (world) => {
        const { month } = statementOf(world);
        expect(month.unplannedMinMs).toBeLessThanOrEqual(month.ms.unplanned);
        expect(month.ms.unplanned).toBeLessThanOrEqual(month.unplannedMaxMs);
      }),
      { numRuns: 2_000 },
    );
  });

  it('no credit exceeds the cap, and counting exact hours no claim exceeds what accrued', () => {
    fc.assert(
      fc.property(anyWorld, (world) => {
        const { accrued, claimed, cap } = statementOf(world).credit;
        expect(accrued.minor >= 0n && accrued.minor <= cap.minor).toBe(true);
        expect(claimed.minor >= 0n && claimed.minor <= cap.minor).toBe(true);
        const rounds = world.contract.editions.some(
          ({ credit: { scheme } }) => scheme.kind === 'hourly' && scheme.hours !== 'exact',
        );
        if (!rounds) expect(claimed.minor <= accrued.minor).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  it('the months of a calendar year add up to it', () => {
    fc.assert(
      fc.property(anyWorld, (world) => {
        const whole = statementOf(world);
        fc.pre(world.contract.editions.every((edition) => edition.tally === 'calendar'));
        const [year = '', last = ''] = world.month.split('-');
        const months = Array.from({ length: Number(last) }, (_, i) => `${year}-${String(i + 1).padStart(2, '0')}`);
        const parts = months.map((month) => statementOf({ ...world, month }).month.ms);
        expect(sumOf(parts)).toEqual({ ...whole.year.ms });
      }),
      { numRuns: 300 },
    );
  });

  it('facts recorded after the as-of instant change nothing', () => {
    fc.assert(
      fc.property(anyWorld, (world) => {
        const known = world.facts.filter((fact) => fact.at === undefined || fact.at <= world.asOf);
        expect(statementOf(world)).toEqual(statementOf({ ...world, facts: known }));
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('the order in which lines arrive', () => {
  /** Lines whose order among themselves counts: of one subject and one instant (REPLAY.md). */
  function subjectAndInstant(fact: ReplayFact): string {
    switch (fact.type) {
      case 'observation':
      case 'edge':
        return `${fact.type} ${fact.check} ${fact.vantage} ${fact.type === 'edge' ? fact.earliest : fact.at}`;
      case 'lifecycle':
      case 'fee':
        return `${fact.type} ${fact.service} ${fact.from}`;
      case 'exclusion':
        return `${fact.type} ${fact.service} ${fact.at}`;
      default:
        return '';
    }
  }

  function rearranged(facts: readonly ReplayFact[], seed: number): ReplayFact[] {
    const rank = (i: number): number => Math.imul(i + 1, 2_654_435_761 ^ seed) >>> 0;
    const order = facts.map((_, i) => i).sort((a, b) => rank(a) - rank(b));
    const groups = Map.groupBy(order, (i) => subjectAndInstant(facts[i] as ReplayFact));
    const places = new Map(
      [...groups].map(([key, members]) => [key, key === '' ? members : members.sort((a, b) => a - b)]),
    );
    return order.flatMap((i) => {
      const fact = facts[i] as ReplayFact;
      const next = places.get(subjectAndInstant(fact))?.shift();
      return next === undefined ? [] : (facts[next] as ReplayFact);
    });
  }

  it('changes no figure', () => {
    fc.assert(
      fc.property(anyWorld, fc.nat(), (world, seed) => {
        const facts = rearranged(world.facts, seed);
        expect(facts).toHaveLength(world.facts.length);
        expect(statementOf({ ...world, facts })).toEqual(statementOf(world));
      }),
      { numRuns: 1_000 },
    );
  });
});

/** What a vantage point had seen by the as-of instant, in the order sent, without what says nothing. */
function historyOf({ facts, asOf }: RandomWorld, check: string, vantage: string): ObservationFact[] {
  return facts
    .filter((fact) => fact.type === 'observation')
    .filter((fact) => fact.check === check && fact.vantage === vantage && fact.outcome !== 'void' && fact.at <= asOf)
    .sort((a, b) => a.at - b.at);
}

describe('one more good observation that closes no gap', () => {
  it('never raises downtime, nor either of its bounds', () => {
    fc.assert(
      fc.property(randomWorld, fc.nat(), fc.double({ min: 0, max: 1, noNaN: true }), (world, pick, share) => {
        const checks = world.facts.filter((fact): fact is CheckFact => fact.type === 'check');
        const gaps = checks.flatMap((check) =>
          check.vantages.flatMap((vantage) => {
            const history = historyOf(world, check.id, vantage);
            return history.flatMap((before, i) => {
              const after = history[i + 1];
              return after && after.at - before.at <= check.maxGapMs ? [{ before, after }] : [];
            });
          }),
        );
        const chosen = gaps[pick % Math.max(1, gaps.length)];
        fc.pre(chosen !== undefined && chosen.after.at - chosen.before.at >= 2);
        const { before, after } = chosen;
        const at = before.at + 1 + Math.floor(share * (after.at - before.at - 2));
        const facts = [...world.facts, { ...before, at, outcome: 'ok' } as const];
        const [without, having] = [statementOf(world), statementOf({ ...world, facts })];
        expect(downtime(having.month.ms)).toBeLessThanOrEqual(downtime(without.month.ms));
        expect(downtime(having.year.ms)).toBeLessThanOrEqual(downtime(without.year.ms));
        expect(having.month.ms.unplanned).toBeLessThanOrEqual(without.month.ms.unplanned);
        expect(having.month.unplannedMinMs).toBeLessThanOrEqual(without.month.unplannedMinMs);
        expect(having.month.unplannedMaxMs).toBeLessThanOrEqual(without.month.unplannedMaxMs);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('edges exported in place of the observations', () => {
  it('give the very same statement', () => {
    fc.assert(
      fc.property(randomWorld, (world) => {
        const facts: ReplayFact[] = world.facts.filter((fact) => fact.type !== 'observation');
        for (const check of world.facts.filter((fact): fact is CheckFact => fact.type === 'check')) {
          for (const vantage of check.vantages) {
            const history = historyOf(world, check.id, vantage);
            const state = createDetectorState();
            const emit = ({ to, earliest, latest }: Edge): void => {
              facts.push({ type: 'edge', check: check.id, vantage, to, earliest, latest, at: latest });
            };
            for (const { at, outcome } of history) observe(state, check, at, outcome, emit);
            if (state.last !== undefined && state.confirmed !== 'unknown') {
              emit({ to: 'unknown', earliest: state.last, latest: state.last });
            }
          }
        }
        expect(statementOf({ ...world, facts })).toEqual(statementOf(world));
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('a period split in two', () => {
  const LIMIT = 100;
  const set = fc
    .array(
      fc
        .tuple(fc.nat(LIMIT), fc.integer({ min: 1, max: 30 }))
        .map(([start, length]) => ({ start, end: start + length })),
      { maxLength: 5 },
    )
    .map(normalize);
  const time = fc.tuple(set, set, set, set, set, set).map(([up, down, active, planned, first, second]): ServiceTime => {
    const excluded = [
      { reason: 'network', spans: first },
      { reason: 'customer', spans: subtract(second, first) },
    ];
    return { up, down: subtract(down, up), active, planned, excluded };
  });

  it('adds up to the whole, class by class', () => {
    fc.assert(
      fc.property(time, fc.integer({ min: 1, max: LIMIT - 1 }), (served, middle) => {
        const totals = (period: Interval): ClassTotals => totalsOf(classify(served, period));
        const halves = [totals({ start: 0, end: middle }), totals({ start: middle, end: LIMIT })];
        expect(sumOf(halves)).toEqual({ ...totals({ start: 0, end: LIMIT }) });
      }),
      { numRuns: 2_000 },
    );
  });
});
