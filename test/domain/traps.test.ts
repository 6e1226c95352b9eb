/**
 * Traps that other monitors and billing panels fell into, as far as they concern arithmetic and classes. Each test bears
 * the trap's name; what it expects is worked out from CONTRACT.md by hand.
 */
import { describe, expect, it } from 'vitest';
import { computeStatements, monthBefore } from '../../src/domain/contract/statement.ts';
import type { ReplayFact } from '../../src/domain/facts/fact.ts';
import { AGREEMENT, crediting, ratio } from '../support/contracts.ts';
import { type Figures, figuresOf } from '../support/figures.ts';
import {
  type Ask,
  at,
  check,
  exclusion,
  fee,
  given,
  lifecycle,
  march,
  ms,
  notice,
  plan,
  seen,
  service,
  watched,
  work,
} from '../support/world.ts';

function figures(facts: readonly (ReplayFact | readonly ReplayFact[])[], ask: Ask = {}): Figures {
  return figuresOf(given(...facts).statement(ask), 300);
}

const HOUR_DOWN = ['2026-03-10 12:00', '2026-03-10 13:00'] as const;

describe('credit paid though the contract did not say so', () => {
  it('planned, excluded, unobserved and suspended downtime earn nothing', () => {
    const facts = [
      plan(),
      lifecycle('2026-03-10 08:00', 'suspended'),
      march(['2026-03-10 02:00', '2026-03-10 12:00']),
      work('w', '2026-03-10 02:00', '2026-03-10 04:00'),
      notice('w', '2026-03-01'),
      exclusion('2026-03-10 04:00', '2026-03-10 08:00'),
    ];
    expect(figures(facts)).toMatchObject({ planned: '2h', excluded: '4h', unplanned: '0', accrued: '0.00' });
  });
});

describe('formula differs from the contract', () => {
  it('an hour earns 1 % of the monthly fee, not a share of a month of hours', () => {
    // By the hour of a 744 h month it would be 16.13.
    expect(figures([plan(), march(HOUR_DOWN)]).accrued).toBe('120.00');
  });

  it('every unplanned hour counts, also while the yearly promise is kept (cl. 8.3)', () => {
    // 2 h of the year’s 17 h 31 min, watched from January: 99.9 %.
    const facts = [
      plan(),
      watched({ from: '2026-01-01', to: '2026-04-01', down: [['2026-03-10', '2026-03-10 02:00']] }),
    ];
    expect(figures(facts)).toMatchObject({ promise: 'kept', accrued: '240.00' });
  });
});

describe('cap per incident: three incidents pay 300 %', () => {
  it('three outages of five days each pay one monthly fee together', () => {
    const facts = [
      plan(),
      march(['2026-03-01', '2026-03-06'], ['2026-03-10', '2026-03-15'], ['2026-03-20', '2026-03-25']),
    ];
    expect(figures(facts)).toMatchObject({ outages: 3, unplanned: '360h', accrued: '12000.00' });
  });
});

describe('rounding up at the threshold (99.4951 → 99.50)', () => {
  it('a millisecond under the target is under the target', () => {
    const day = (until: string) =>
      figures([plan(), watched({ from: '2026-03-10', to: '2026-03-10 16:40', down: [['2026-03-10 12:00', until]] })]);
    expect(day('2026-03-10 12:02').promise).toBe('kept');
    expect(day('2026-03-10 12:02:00.001').promise).toBe('at-risk');
  });

  it('99.4951 % is below a tier of 99.50 %', () => {
    const contract = crediting(AGREEMENT, {
      scheme: { kind: 'tiered', tiers: [{ below: ratio(9950, 10_000), share: ratio(1, 10) }] },
    });
    // 744 h × 0.5049 % = 3 h 45 min 23.241 6 s.
    const facts = [plan(), march(['2026-03-10 12:00', '2026-03-10 15:45:23.242'])];
    expect(figures(facts, { contract }).accrued).toBe('1200.00');
  });
});

describe('service cancelled before settlement day gets nothing', () => {
  it('what it earned before it ended stays', () => {
    expect(figures([plan(), lifecycle('2026-03-11', 'ended'), march(HOUR_DOWN)])).toMatchObject({
      accrued: '120.00',
      outside: '504h',
    });
  });
});

describe('denominator from the order, not from activation', () => {
  it('availability and allowance begin with the first active instant', () => {
    const facts = [
      service('s1', { web: ['s1/web'] }),
      check('s1/web'),
      fee('2026-01-01', '12000.00'),
      lifecycle('2026-03-30', 'active'),
      march(['2026-03-31', '2026-03-31 12:00']),
    ];
    // Two days active, 12 h of 48 down; 277 d to the year’s end × 24 h × 0.2 % = 13.296 h.
    expect(figures(facts)).toMatchObject({
      up: '36h',
      unplanned: '12h',
      outside: '696h',
      allowance: '13h 17m 45s 600ms',
    });
  });
});

describe('month limits in UTC', () => {
  it('the first five hours of April by the contract clock are not March, though they are in UTC', () => {
    const facts = [
      plan(),
      watched({ from: '2026-03-01', to: '2026-05-01', down: [['2026-04-01 00:00', '2026-04-01 05:00']] }),
    ];
    expect(new Date(at('2026-04-01 00:00')).toISOString()).toBe('2026-03-31T19:00:00.000Z');
    expect(figures(facts, { asOf: '2026-05-01' }).unplanned).toBe('0');
    expect(figures(facts, { month: '2026-04', asOf: '2026-05-01' }).unplanned).toBe('5h');
  });
});

describe('mail and DNS promised but not measured', () => {
  const components = [
    service('s1', { web: ['web'], mail: ['mail'], dns: ['dns'] }),
    ['web', 'mail', 'dns'].map((id) => check(id)),
  ];

  it('a component that nobody observed leaves the service unknown, not up', () => {
    const facts = [
      ...components.flat(),
      lifecycle('2026-01-01', 'active'),
      watched({ check: 'web', from: '2026-03-01', to: '2026-04-01' }),
    ];
    expect(figures(facts)).toMatchObject({ up: '0', unknown: '744h' });
  });

  it('mail alone down is downtime', () => {
    const facts = [
      ...components.flat(),
      lifecycle('2026-01-01', 'active'),
      watched({ check: 'web', from: '2026-03-01', to: '2026-04-01' }),
      watched({ check: 'dns', from: '2026-03-01', to: '2026-04-01' }),
      watched({ check: 'mail', from: '2026-03-01', to: '2026-04-01', down: [HOUR_DOWN] }),
    ];
    expect(figures(facts)).toMatchObject({ up: '743h', unplanned: '1h' });
  });
});

describe('window created or widened during the outage covers it', () => {
  const outage = march(['2026-03-10 01:30', '2026-03-10 05:30']);

  it('created: nothing is planned', () => {
    const facts = [
      plan(),
      outage,
      work('w', '2026-03-10 01:00', '2026-03-10 06:00', { recorded: '2026-03-10 01:45' }),
      notice('w', '2026-03-10 01:45'),
    ];
    expect(figures(facts)).toMatchObject({ planned: '0', unplanned: '4h' });
  });

  it('widened: only the part announced before is planned', () => {
    const facts = [
      plan(),
      outage,
      work('w', '2026-03-10 01:00', '2026-03-10 02:00'),
      notice('w', '2026-03-05'),
      work('w', '2026-03-10 01:00', '2026-03-10 06:00', { revision: 2, recorded: '2026-03-10 01:45' }),
      notice('w', '2026-03-10 01:45', { revision: 2 }),
    ];
    expect(figures(facts)).toMatchObject({ planned: '30m', unplanned: '3h 30m' });
  });
});

describe('overrun excused', () => {
  it('work that runs over its window is unplanned from the window’s end on', () => {
    const facts = [
      plan(),
      march(['2026-03-10 01:00', '2026-03-10 04:00']),
      work('w', '2026-03-10 01:00', '2026-03-10 03:00'),
      notice('w', '2026-03-05'),
    ];
    expect(figures(facts)).toMatchObject({ planned: '2h', unplanned: '1h', accrued: '120.00' });
  });
});

describe('an outage or a window still open is ignored until it ends', () => {
  it('an outage that goes on counts so far', () => {
    // Down from 12:00:30, known to 12:10.
    const facts = [plan(), seen('UDDDDDDDDDD', { from: '2026-03-10 12:00' })];
    expect(figures(facts, { asOf: '2026-03-10 12:10' })).toMatchObject({ unplanned: '9m 30s', outages: 1 });
  });

  it('a window that goes on excuses so far', () => {
    const facts = [
      plan(),
      march(['2026-03-10 01:00', '2026-03-10 05:00']),
      work('w', '2026-03-10 01:00', '2026-03-10 05:00'),
      notice('w', '2026-03-05'),
    ];
    expect(figures(facts, { asOf: '2026-03-10 02:00' })).toMatchObject({ planned: '1h', unplanned: '0' });
  });
});

describe('parallel probes count one outage twice', () => {
  it('three vantage points and two checks that see one outage make one, once', () => {
    const vantages = ['a', 'b', 'c'];
    const facts = [
      service('s1', { web: ['k1', 'k2'] }),
      check('k1', { vantages }),
      check('k2', { vantages }),
      lifecycle('2026-01-01', 'active'),
      fee('2026-01-01', '12000.00'),
      ...['k1', 'k2'].flatMap((id) =>
        vantages.map((vantage) =>
          watched({ check: id, vantage, from: '2026-03-01', to: '2026-04-01', down: [HOUR_DOWN] }),
        ),
      ),
    ];
    expect(figures(facts)).toMatchObject({ unplanned: '1h', outages: 1, accrued: '120.00', up: '743h' });
  });
});

describe('flattening overlaps loses time', () => {
  it('a short outage of mail inside a long one of web takes nothing from it', () => {
    const facts = [
      service('s1', { web: ['web'], mail: ['mail'] }),
      check('web'),
      check('mail'),
      lifecycle('2026-01-01', 'active'),
      watched({ check: 'web', from: '2026-03-01', to: '2026-04-01', down: [['2026-03-10 12:00', '2026-03-10 18:00']] }),
      watched({ check: 'mail', from: '2026-03-01', to: '2026-04-01', down: [HOUR_DOWN] }),
    ];
    expect(figures(facts)).toMatchObject({ unplanned: '6h', outages: 1 });
  });
});

describe('open-ended rows leak into another period; more than 100 %, negative', () => {
  it('an outage over three months is cut to each of them', () => {
    const facts = [plan(), watched({ from: '2026-01-01', to: '2026-06-01', down: [['2026-02-27', '2026-04-02']] })];
    const unplanned = ['2026-02', '2026-03', '2026-04', '2026-05'].map(
      (month) => figures(facts, { month, asOf: '2026-06-01' }).unplanned,
    );
    expect(unplanned).toEqual(['48h', '744h', '24h', '0']);
  });

  it('an exclusion wider than the outage does not make downtime negative', () => {
    const facts = [plan(), march(HOUR_DOWN), exclusion('2026-03-01', '2026-03-31')];
    expect(figures(facts)).toMatchObject({ excluded: '1h', unplanned: '0', up: '743h' });
  });
});

describe('period ends at 23:59:59', () => {
  it('the last second of March is March’s, to its last millisecond', () => {
    const facts = [
      plan(),
      watched({ from: '2026-03-01', to: '2026-05-01', down: [['2026-03-31 23:59:59', '2026-04-01 00:00:01']] }),
    ];
    expect(figures(facts, { asOf: '2026-05-01' })).toMatchObject({
      unplanned: '1s',
      month: '03-01 00:00 – 04-01 00:00',
    });
    expect(figures(facts, { month: '2026-04', asOf: '2026-05-01' }).unplanned).toBe('1s');
  });
});

describe('day and month lengths by division; DST and local arithmetic', () => {
  it.each([
    [2026, [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]],
    [2028, [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]],
  ])('the months of %i have their days, each of 24 h', (year, days) => {
    const found = days.map((_, i) => {
      const month = `${year}-${String(i + 1).padStart(2, '0')}`;
      const { period } = given(plan()).statement({ month, asOf: '2029-01-01' }).month;
      return (period.end - period.start) / ms('24h');
    });
    expect(found).toEqual(days);
  });
});

describe('expired windows deleted by TTL: the evidence is gone', () => {
  it('March asked about two years later is what it was', () => {
    const facts = [
      plan(),
      march(['2026-03-10 01:00', '2026-03-10 08:00']),
      work('w', '2026-03-10 01:00', '2026-03-10 05:00'),
      notice('w', '2026-03-05'),
    ];
    expect(figures(facts, { asOf: '2028-04-02' })).toEqual(figures(facts));
  });
});

describe('unconfirmed failure counted as downtime', () => {
  it('one and two fails of three are blips', () => {
    expect(figures([plan(), seen('UUDUUDDUU', { from: '2026-03-10 12:00' })])).toMatchObject({
      up: '8m',
      unplanned: '0',
      outages: 0,
    });
  });
});

describe('daily window drifts a minute a day', () => {
  it('in every night of a leap year quiet hours begin at 01:00 and end at 06:00', () => {
    const facts = [
      plan(),
      watched({ from: '2028-01-01', to: '2029-01-01', down: [['2028-01-01', '2029-01-01']] }),
      work('w', '2028-01-01', '2029-01-01'),
      notice('w', '2027-12-01'),
    ];
    const world = given(...facts);
    const planned = Array.from({ length: 12 }, (_, i) =>
      world
        .statement({ month: `2028-${String(i + 1).padStart(2, '0')}`, asOf: '2029-01-01' })
        .segments.filter((segment) => segment.class === 'planned'),
    ).flat();
    expect(planned).toHaveLength(366);
    const hours = planned.map(({ start, end }) => [(start - at('2028-01-01')) % ms('24h'), end - start]);
    expect(hours.every(([since, length]) => since === ms('1h') && length === ms('5h'))).toBe(true);
  });
});

describe('empty range answers with the last data', () => {
  it('a month without observations is unknown, whatever the state before it was', () => {
    const facts = [plan(), seen('UDDDDDDD', { from: '2026-02-28 23:50' })];
    expect(figures(facts)).toMatchObject({ up: '0', unplanned: '0', unknown: '744h', outages: 0 });
  });
});

describe('DNS trouble of the monitor freezes or fails everything', () => {
  it('void observations are neither up nor down: their span is unknown', () => {
    // U at 0–1 min, void at 2–6, U at 7–8: the gap 1–7 is longer than 3 min.
    expect(figures([plan(), seen('UUVVVVVUU', { from: '2026-03-10 12:00' })])).toMatchObject({
      up: '2m',
      unplanned: '0',
      unknown: '743h 58m',
    });
  });
});

describe('monthly mail shifted by a month', () => {
  it.each([
    ['2026-04-01 00:00', '2026-03'],
    ['2026-03-31 23:59:59.999', '2026-03'],
    ['2026-04-01 00:00:00.001', '2026-04'],
    ['2027-01-01 00:00', '2026-12'],
  ])('at %s the month to report is %s', (instant, month) => {
    expect(monthBefore(at(instant), 300)).toBe(month);
  });

  it('names the month it was asked for, for every service', () => {
    const { ledger } = given(plan(), service('s2', { web: ['s1/web'] }), march());
    const set = computeStatements({
      ledger,
      contractOf: () => AGREEMENT,
      month: '2026-03',
      asOf: at('2026-04-01'),
      offsetMinutes: 300,
    });
    expect(set.month).toBe('2026-03');
    expect(set.statements.map((statement) => [statement.service, statement.month.period])).toEqual([
      ['s1', { start: at('2026-03-01'), end: at('2026-04-01') }],
      ['s2', { start: at('2026-03-01'), end: at('2026-04-01') }],
    ]);
  });
});
