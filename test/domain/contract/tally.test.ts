/** Availability over any period (CONTRACT.md, Availability; cl. 7). */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatAvailability } from '../../../src/domain/contract/availability-text.ts';
import { fleetSumsOf, sumOfTallies } from '../../../src/domain/contract/fleet-tally.ts';
import { computeStatement } from '../../../src/domain/contract/statement.ts';
import { INSTANT_CLASSES } from '../../../src/domain/contract/statement-result.ts';
import { type Tally, tallyOf } from '../../../src/domain/contract/tally.ts';
import type { Contract } from '../../../src/domain/contract/terms.ts';
import type { ReplayFact } from '../../../src/domain/facts/fact.ts';
import { ledgerOf } from '../../../src/domain/facts/ledger.ts';
import { dateOf } from '../../../src/domain/time/contract-calendar.ts';
import { parseNamedPeriod } from '../../../src/domain/time/named-period.ts';
import { AGREEMENT, amended, NORTHERN, ratio, reissued } from '../../support/contracts.ts';
import { randomWorld } from '../../support/random-worlds.ts';
import {
  at,
  exclusion,
  lifecycle,
  ms,
  notice,
  plan,
  service,
  spelled,
  type When,
  watched,
  work,
} from '../../support/world.ts';

interface Asked {
  readonly asOf: When;
  readonly period: string;
  readonly contract?: Contract;
}

function tally(facts: readonly (ReplayFact | readonly ReplayFact[])[], { asOf, period, contract = AGREEMENT }: Asked) {
  const question = { ledger: ledgerOf(facts.flat()), contract, service: 's1', asOf: at(asOf) };
  return tallyOf(question, parseNamedPeriod(period));
}

function figures(tallied: Tally) {
  const { burnRate, exhaustion, coverage } = tallied;
  return {
    period: `${dateOf(tallied.period.start, 300)} – ${dateOf(tallied.period.end, 300)}`,
    up: spelled(tallied.ms.up),
    planned: spelled(tallied.ms.planned),
    excluded: spelled(tallied.ms.excluded),
    unplanned: spelled(tallied.ms.unplanned),
    unknown: spelled(tallied.ms.unknown),
    outside: spelled(tallied.ms.outside),
    observed: `${spelled(coverage.observedMs)} of ${spelled(coverage.activeMs)}`,
    outages: tallied.outages,
    allowance: spelled(tallied.allowanceMs),
    remaining: spelled(tallied.remainingMs),
    promise: tallied.promise,
    burn: burnRate && Number((burnRate.numerator * 10_000n) / burnRate.denominator) / 10_000,
    spent: exhaustion,
  };
}

type Figures = ReturnType<typeof figures>;

/** s1 watched through 2026 and up but for these spans. */
const year = (...down: (readonly [When, When])[]): ReplayFact[] => [
  ...plan(),
  ...watched({ from: '2026-01-01', to: '2027-01-01', down }),
];

describe('a tally', () => {
  it.each<[string, readonly (ReplayFact | readonly ReplayFact[])[], Asked, Partial<Figures>]>([
    [
      'a quarter has 2160 h: 31 + 28 + 31 days',
      [year(['2026-01-10 00:00', '2026-01-10 02:00'], ['2026-03-31 23:00', '2026-04-01 01:00'])],
      { asOf: '2026-07-01', period: '2026-Q1' },
      {
        period: '2026-01-01 – 2026-04-01',
        up: '2157h',
        unplanned: '3h',
        outages: 2,
        observed: '2160h of 2160h',
        promise: null,
      },
    ],
    // 0.2 % of 8760 h is 17 h 31 min 12 s.
    [
      'cl. 7: a whole year allows 17 h 31 min 12 s',
      [year(['2026-05-01', '2026-05-01 10:00'])],
      { asOf: '2027-01-01', period: '2026' },
      { up: '8750h', allowance: '17h 31m 12s', remaining: '7h 31m 12s', promise: 'kept', spent: null },
    ],
    [
      'a leap year allows 17 h 34 min 4.8 s',
      [plan(), watched({ from: '2028-01-01', to: '2029-01-01' })],
      { asOf: '2029-01-01', period: '2028' },
      { up: '8784h', allowance: '17h 34m 4s 800ms' },
    ],
    // 2400 h measured by 11 April, 6 h of them down; 11 h 31 min 12 s left at 6 h in 2400 lasts 4608 h, 192 days.
    [
      'cl. 7: year to date, with the instant at which the allowance is spent at the rate so far',
      [year(['2026-02-01 10:00', '2026-02-01 16:00'])],
      { asOf: '2026-04-11', period: '2026' },
      {
        up: '2394h',
        unplanned: '6h',
        remaining: '11h 31m 12s',
        promise: 'at-risk',
        burn: 1.25,
        spent: at('2026-04-11') + ms('192d'),
      },
    ],
    // 4 h in 2400: 13 h 31 min 12 s left lasts 8112 h, past the year’s end.
    [
      'no instant where the allowance outlasts the year',
      [year(['2026-02-01 10:00', '2026-02-01 14:00'])],
      { asOf: '2026-04-11', period: '2026' },
      { unplanned: '4h', promise: 'kept', burn: 0.8333, spent: null },
    ],
    [
      'an allowance overspent: the very millisecond at which it was',
      [year(['2026-02-01 10:00', '2026-02-01 20:00'], ['2026-03-01 00:00', '2026-03-01 10:00'])],
      { asOf: '2026-04-11', period: '2026' },
      { remaining: '-2h 28m 48s', promise: 'broken', spent: at('2026-03-01 07:31:12') },
    ],
    [
      'no downtime, no rate and no end',
      [year()],
      { asOf: '2026-04-11', period: '2026' },
      { unplanned: '0', burn: 0, spent: null, promise: 'kept' },
    ],
    [
      'planned and excluded time spend nothing',
      [
        year(['2026-02-01 01:00', '2026-02-01 05:00'], ['2026-02-10 10:00', '2026-02-10 12:00']),
        work('w', '2026-02-01 01:00', '2026-02-01 05:00'),
        notice('w', '2026-01-20'),
        exclusion('2026-02-10 10:00', '2026-02-10 12:00'),
      ],
      { asOf: '2026-03-01', period: '2026-02' },
      { planned: '4h', excluded: '2h', unplanned: '0', burn: 0, observed: '672h of 672h' },
    ],
    // Watched 200 h of 240; the rate is of measured time: 2 h in 200. 0.2 % of 31 d is 1 h 29 min 16.8 s: over.
    [
      'unobserved time is no part of the rate',
      [plan(), watched({ from: '2026-01-01', to: '2026-01-09 08:00', down: [['2026-01-02', '2026-01-02 01:00']] })],
      { asOf: '2026-01-11', period: '2026-01' },
      {
        unknown: '40h',
        observed: '200h of 240h',
        unplanned: '1h',
        burn: 2.5,
        // 29 min 16.8 s left lasts 97 h 36 min.
        spent: at('2026-01-11') + ms('97h 36m'),
      },
    ],
    [
      'a suspended service spends nothing more: no projection',
      [year(['2026-02-01 10:00', '2026-02-01 16:00']), lifecycle('2026-04-01', 'suspended')],
      { asOf: '2026-04-11', period: '2026' },
      // Only the 90 active days count, and none are ahead: 0.2 % of 2160 h.
      { outside: '240h', allowance: '4h 19m 12s', promise: 'broken', spent: at('2026-02-01 14:19:12') },
    ],
    [
      'suspended with some of the allowance left: none is being spent',
      [year(['2026-02-01 10:00', '2026-02-01 13:00']), lifecycle('2026-04-01', 'suspended')],
      { asOf: '2026-04-11', period: '2026' },
      { remaining: '1h 19m 12s', spent: null },
    ],
    [
      'rolling: the 365 days before the instant asked about; downtime older than that is gone',
      [
        plan(),
        watched({
          from: '2026-01-01',
          to: '2027-12-01',
          down: [
            ['2026-03-31 23:00', '2026-04-01 01:00'],
            ['2026-06-01', '2026-06-01 03:00'],
          ],
        }),
      ],
      { asOf: '2027-04-01', period: 'rolling' },
      { period: '2026-04-01 – 2027-04-01', up: '8756h', unplanned: '4h', outages: 2, promise: null },
    ],
    [
      'rolling under a contract that promises it: the promise is of it',
      [year(['2026-06-01', '2026-06-01 20:00'])],
      { asOf: '2026-12-31', period: 'rolling', contract: amended(AGREEMENT, { tally: 'rolling' }) },
      // Active since 2026-01-01: 364 of the 365 days.
      { outside: '24h', allowance: '17h 28m 19s 200ms', promise: 'broken', spent: at('2026-06-01 17:28:19.200') },
    ],
    [
      'year: the service’s own under a contract that promises that',
      [plan(), watched({ from: '2026-01-01', to: '2028-01-01' })].flat(),
      { asOf: '2027-02-01', period: 'year', contract: amended(AGREEMENT, { tally: 'service' }) },
      { period: '2027-01-01 – 2028-01-01', promise: 'kept' },
    ],
    // Half a year each: 181 d × 0.2 % + 184 d × 0.1 % = 8 h 41 min 16.8 s + 4 h 24 min 57.6 s.
    [
      'an edition from mid-year: each part allows by its own target, and burns by it',
      [year(['2026-06-30 23:00', '2026-07-01 01:00'])],
      {
        asOf: '2027-01-01',
        period: '2026',
        contract: reissued(AGREEMENT, at('2026-07-01'), { target: ratio(999, 1000) }),
      },
      { allowance: '13h 6m 14s 400ms', unplanned: '2h', burn: 0.1526 },
    ],
    [
      'a target of 100 % allows nothing: spent at the first millisecond, no rate',
      [year(['2026-02-01 10:00', '2026-02-01 10:00:01'])],
      { asOf: '2026-04-11', period: '2026', contract: amended(AGREEMENT, { target: ratio(1, 1) }) },
      { allowance: '0', remaining: '-1s', promise: 'broken', burn: null, spent: at('2026-02-01 10:00') },
    ],
    [
      'a service of one day',
      [
        year(['2026-02-01 10:00', '2026-02-01 10:01']),
        lifecycle('2026-01-01', 'suspended'),
        lifecycle('2026-02-01', 'active'),
        lifecycle('2026-02-02', 'ended'),
      ],
      { asOf: '2026-04-11', period: '2026-Q1' },
      // 0.2 % of 24 h is 2 min 52.8 s.
      { up: '23h 59m', unplanned: '1m', outside: '2136h', allowance: '2m 52s 800ms', remaining: '1m 52s 800ms' },
    ],
    [
      'nothing is known of a period ahead',
      [year()],
      { asOf: '2026-04-11', period: '2026-Q3' },
      { up: '0', unknown: '0', outside: '0', observed: '0 of 0', burn: null, spent: null },
    ],
  ])('%s', (_promise, facts, asked, holds) => {
    expect(figures(tally(facts, asked))).toMatchObject(holds);
  });

  it('has the figures of the statement of its month and year', () => {
    fc.assert(
      fc.property(randomWorld, ({ facts, contract, month, asOf }) => {
        const ledger = ledgerOf(facts);
        const question = { ledger, contract, service: 's1', asOf };
        const statement = computeStatement({ ...question, month });
        const { ms: byClass, unplannedMinMs, unplannedMaxMs, outages } = tallyOf(question, parseNamedPeriod(month));
        const expected = statement.month;
        expect({ ms: byClass, unplannedMinMs, unplannedMaxMs, outages }).toEqual({
          ms: expected.ms,
          unplannedMinMs: expected.unplannedMinMs,
          unplannedMaxMs: expected.unplannedMaxMs,
          outages: expected.outages,
        });
        if (expected.period.end !== asOf || expected.period.start === asOf) return;
        const yearly = tallyOf(question, parseNamedPeriod('year'));
        const { ms: yearMs, allowanceMs, remainingMs, promise } = statement.year;
        expect(yearly).toMatchObject({ ms: yearMs, allowanceMs, remainingMs, promise });
      }),
      { numRuns: 300 },
    );
  });
});

const QUARTERS = ['2026-Q1', '2026-Q2', '2026-Q4', '2027-Q1', '2028-Q1'] as const;

describe('of every tally it holds that', () => {
  it('a quarter is the sum of its months, and a calendar year of its quarters', () => {
    fc.assert(
      fc.property(randomWorld, fc.constantFrom(...QUARTERS), ({ facts, contract, asOf }, quarter) => {
        const question = { ledger: ledgerOf(facts), contract, service: 's1', asOf };
        const of = (period: string) => tallyOf(question, parseNamedPeriod(period));
        const calendarYear = quarter.slice(0, 4);
        const months = (from: number) => [0, 1, 2].map((i) => `${calendarYear}-${String(from + i).padStart(2, '0')}`);
        const first = 3 * Number(quarter.slice(-1)) - 2;
        const sums = [
          [of(quarter), months(first).map(of)],
          [of(calendarYear), ['Q1', 'Q2', 'Q3', 'Q4'].map((q) => of(`${calendarYear}-${q}`))],
        ] as const;
        for (const [whole, parts] of sums) {
          const sum = sumOfTallies(parts);
          expect(whole.ms).toEqual(sum.ms);
          expect(whole.coverage).toEqual(sum.coverage);
          expect([whole.unplannedMinMs, whole.unplannedMaxMs]).toEqual([sum.unplannedMinMs, sum.unplannedMaxMs]);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('its classes add up to what is known of it, and min ≤ unplanned ≤ max', () => {
    fc.assert(
      fc.property(randomWorld, fc.constantFrom('rolling', 'year', ...QUARTERS), ({ facts, contract, asOf }, period) => {
        const found = tallyOf({ ledger: ledgerOf(facts), contract, service: 's1', asOf }, parseNamedPeriod(period));
        expect(INSTANT_CLASSES.reduce((sum, name) => sum + found.ms[name], 0)).toBe(
          found.known.end - found.known.start,
        );
        expect(found.unplannedMinMs).toBeLessThanOrEqual(found.ms.unplanned);
        expect(found.ms.unplanned).toBeLessThanOrEqual(found.unplannedMaxMs);
        expect(found.coverage.observedMs).toBeLessThanOrEqual(found.coverage.activeMs);
        if (found.remainingMs < 0) expect(found.exhaustion).toBeLessThan(asOf);
      }),
      { numRuns: 300 },
    );
  });

  it('rolling days later by n: the window drops exactly what lay in its first n days', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 1, max: 72 }), (dayAt, hours) => {
        const start = at('2026-01-01') + dayAt * ms('1d');
        const end = start + hours * ms('1h');
        const facts = [...plan(), ...watched({ from: '2026-01-01', to: '2028-01-01', down: [[start, end]] })];
        const asOf = at('2027-04-01');
        const { ms: byClass } = tally(facts, { asOf, period: 'rolling' });
        const shared = Math.max(0, Math.min(end, asOf) - Math.max(start, asOf - ms('365d')));
        expect(byClass.unplanned).toBe(shared);
      }),
      { numRuns: 200 },
    );
  });
});

describe('a fleet', () => {
  const facts = [
    ...year(['2026-02-01', '2026-02-01 10:00']),
    ...service('s2', { web: ['s2/web'] }, 'c2').map((fact) =>
      fact.type === 'service' ? { ...fact, plan: 'start', contract: 'northern' } : fact,
    ),
    ...plan()
      .filter((fact) => fact.type === 'check')
      .map((fact) => ({ ...fact, id: 's2/web' })),
    lifecycle('2026-02-15', 'active', 's2'),
    ...watched({ from: '2026-02-15', to: '2026-03-01', check: 's2/web' }),
  ];
  const ledger = ledgerOf(facts);
  const of = (id: string, contract: Contract) =>
    tallyOf({ ledger, contract, service: id, asOf: at('2026-03-02') }, parseNamedPeriod('2026-02'));

  it('is the sum of its services’ milliseconds, not the mean of their percentages', () => {
    // s1: 662 h of 672 h; s2: 336 h of 336 h. Together 998 of 1008 h, 99.0079 %; the mean would be 99.2559 %.
    const sum = sumOfTallies([of('s1', AGREEMENT), of('s2', AGREEMENT)]);
    expect(formatAvailability(sum.ms.up, sum.ms.unplanned)).toBe('99.0079');
    expect(sum).toMatchObject({
      services: 2,
      outages: 1,
      coverage: { observedMs: ms('1008h'), activeMs: ms('1008h') },
      // 0.2 % of 1008 h.
      allowanceMs: ms('2h 57s 600ms'),
    });
  });

  it('is summed by contract and by plan; a service without a plan is in none', () => {
    const { contracts, plans } = fleetSumsOf([of('s1', AGREEMENT), of('s2', NORTHERN)]);
    expect([...contracts].map(([name, sum]) => [name, sum.services])).toEqual([
      ['builder', 1],
      ['northern', 1],
    ]);
    expect([...plans].map(([name, sum]) => [name, sum.services])).toEqual([['start', 1]]);
  });

  it('any grouping adds up to the whole', () => {
    const each = fc.record({ plan: fc.constantFrom('a', 'b'), contract: fc.constantFrom('x', 'y') });
    fc.assert(
      fc.property(fc.array(each, { maxLength: 12 }), (labels) => {
        const base = of('s1', AGREEMENT);
        const tallies = labels.map((label, i) => ({ ...base, ...label, outages: i, allowanceMs: 7 * i }));
        const { fleet, contracts, plans } = fleetSumsOf(tallies);
        for (const groups of [contracts, plans]) {
          const sums = [...groups.values()];
          const total = (pick: (sum: (typeof sums)[number]) => number) => sums.reduce((all, sum) => all + pick(sum), 0);
          expect(total(({ services }) => services)).toBe(fleet.services);
          expect(total(({ outages }) => outages)).toBe(fleet.outages);
          expect(total(({ allowanceMs }) => allowanceMs)).toBe(fleet.allowanceMs);
          expect(total((sum) => sum.ms.up)).toBe(fleet.ms.up);
        }
      }),
      { numRuns: 100 },
    );
  });
});
