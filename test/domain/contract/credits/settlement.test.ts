/** Settling a cancelled service (cl. 4.7, 4.8, 8.4): 12 000.00 a month, begun on 10 March 2026 at 12:00. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { settlementOf } from '../../../../src/domain/contract/settlement.ts';
import type { Contract } from '../../../../src/domain/contract/terms.ts';
import { afterWorkingDays } from '../../../../src/domain/contract/working-days.ts';
import type { Fact } from '../../../../src/domain/facts/fact.ts';
import { Ledger } from '../../../../src/domain/facts/ledger.ts';
import { formatAmount } from '../../../../src/domain/money/money.ts';
import { AGREEMENT } from '../../../support/contracts.ts';
import { at, check, fee, lifecycle, service, type When } from '../../../support/world.ts';
import { kzt, refusal } from './desk.ts';

interface Case {
  readonly ended?: When;
  readonly paid?: { readonly from?: string; readonly until: string };
  readonly fees?: readonly ReturnType<typeof fee>[];
  readonly requested?: When;
  readonly contract?: Contract;
  readonly credits?: readonly Fact[];
}

function settle({ ended = '2026-04-20 15:00', paid = { until: '2026-05-10' }, ...more }: Case = {}) {
  const { fees = [fee('2026-03-10 12:00', '12000.00')], requested, contract = AGREEMENT, credits = [] } = more;
  const ledger = new Ledger('hold');
  const facts = [
    ...service('s1', { web: ['s1/web'] }),
    check('s1/web'),
    lifecycle('2026-03-10 12:00', 'active'),
    lifecycle(ended, 'ended'),
    ...fees,
  ];
  for (const fact of facts) ledger.add(fact as Fact);
  for (const fact of credits) ledger.add(fact);
  const requestedAt = requested === undefined ? {} : { requestedAt: at(requested) };
  return settlementOf({ ledger, contract, service: 's1', asOf: at('2027-01-01'), paid, ...requestedAt });
}

describe('what goes back to the balance', () => {
  it.each<[string, Case, string, string, number]>([
    // 20 April is served; 21 April to 9 May are 19 of the 30 days from 10 April: 12 000.00 × 19 ÷ 30.
    ['days not served, at the daily price (cl. 4.8)', {}, 'days-not-served', '7600.00', 19],
    [
      'a day that begins with the cancellation is not served',
      { ended: '2026-04-20' },
      'days-not-served',
      '8000.00',
      20,
    ],
    ['a millisecond later it is', { ended: '2026-04-20 00:00:00.001' }, 'days-not-served', '7600.00', 19],
    [
      'a month of 31 days',
      { ended: '2026-04-05 15:00', paid: { until: '2026-04-10' } },
      'days-not-served',
      '1548.39',
      4,
    ],
    ['whole months ahead as well', { paid: { until: '2026-07-10' } }, 'days-not-served', '31600.00', 80],
    ['nothing beyond what was paid for', { paid: { until: '2026-04-10' } }, 'days-not-served', '0.00', 0],
    [
      'all of it in the first 14 days (cl. 4.7)',
      { ended: '2026-03-24 11:59:59.999', paid: { until: '2026-04-10' } },
      'full',
      '12000.00',
      16,
    ],
    [
      'no more when they are over',
      { ended: '2026-03-24 12:00', paid: { until: '2026-04-10' } },
      'days-not-served',
      '6193.55',
      16,
    ],
    [
      'all months paid, in the first 14 days',
      { ended: '2026-03-20', paid: { until: '2027-03-10' } },
      'full',
      '144000.00',
      355,
    ],
    [
      // 21 to 30 April at 12 000, 1 to 9 May at 18 000, of 30 days: 4 000.00 + 5 400.00.
      'each day at its fee (cl. 5)',
      { fees: [fee('2026-03-10 12:00', '12000.00'), fee('2026-05-01', '18000.00')] },
      'days-not-served',
      '9400.00',
      19,
    ],
    [
      'payments that began later',
      { paid: { from: '2026-04-15', until: '2026-05-15' } },
      'days-not-served',
      '9600.00',
      24,
    ],
  ])('%s', (_promise, given, rule, refund, daysNotServed) => {
    const settled = settle(given);
    expect({ ...settled, refund: formatAmount(settled.refund) }).toMatchObject({ rule, refund, daysNotServed });
  });

  it.each<[string, Case, string]>([
    [
      'days that are no whole months',
      { paid: { until: '2026-05-11' } },
      'paid until: found 2026-05-11, expected a whole number of months after 2026-03-10, such as 2026-06-10',
    ],
    [
      'days that end before they begin',
      { paid: { until: '2026-03-09' } },
      'paid until: found 2026-03-09, expected a whole number',
    ],
    [
      'a date of no calendar',
      { paid: { until: '2026-02-30' } },
      'paid until: found "2026-02-30", expected a calendar date',
    ],
    [
      'a service that is not ended',
      { ended: '2027-06-01' },
      'service: found "s1", expected one that was active and is ended',
    ],
  ])('refuses %s', (_what, given, message) => {
    expect(refusal(() => settle(given))).toContain(message);
  });

  it('served and not served come to what was paid, whenever it ends', () => {
    fc.assert(
      fc.property(fc.integer({ min: 15 * 24, max: 200 * 24 }), fc.integer({ min: 1, max: 12 }), (hours, months) => {
        const until = Temporal.PlainDate.from('2026-03-10').add({ months }).toString();
        const { refund, daysNotServed, daysPaid } = settle({
          ended: at('2026-03-10 12:00') + hours * 3_600_000,
          paid: { until },
        });
        expect(refund.minor >= 0n && refund.minor < BigInt(months) * 1_200_000n).toBe(true);
        expect(daysNotServed).toBe(Math.max(0, daysPaid - Math.ceil((hours + 12) / 24)));
      }),
      { numRuns: 200 },
    );
  });
});

describe('compensation in money (cl. 8.4)', () => {
  const entry = { service: 's1', by: 'anna', at: at('2026-04-05') };
  const approved = (number: number, amount: string): Fact => ({
    type: 'credit-approved',
    ...entry,
    entry: number,
    month: '2026-03',
    amount: kzt(amount),
    claims: [],
  });
  it('is what is approved and neither posted nor settled nor reversed', () => {
    const credits: readonly Fact[] = [
      approved(1, '100.00'),
      approved(2, '20.00'),
      approved(3, '7.00'),
      { type: 'credit-posted', ...entry, entry: 4, credit: 1, amount: kzt('100.00'), reference: 'b1' },
      { type: 'credit-reversed', ...entry, entry: 5, credit: 2, amount: kzt('5.00'), reason: 'slip' },
    ];
    expect(settle({ credits })).toMatchObject({ compensation: [kzt('22.00')], credits: [2, 3] });
    expect(settle()).toMatchObject({ compensation: [], credits: [] });
  });
});

describe('is due 15 working days after the request (cl. 4.8)', () => {
  const clock = AGREEMENT.editions[0]?.requests.low.clock;
  const working = { weekdays: [1, 2, 3, 4, 5], holidays: ['2026-05-01', '2026-05-07', '2026-05-11'] };
  it.each<[string, When, When]>([
    // From Tuesday 21 April; 1, 7 and 11 May are off.
    ['the day itself not counted, holidays and weekends off', '2026-04-20 15:00', '2026-05-15'],
    ['from its first instant', '2026-04-20 00:00', '2026-05-15'],
    ['to its last', '2026-04-20 23:59:59.999', '2026-05-15'],
    ['a request at a weekend', '2026-04-25 10:00', '2026-05-21'],
  ])('%s', (_promise, requested, dueBy) => {
    expect(afterWorkingDays(AGREEMENT, working, at(requested), 15)).toBe(at(dueBy));
  });

  it('by the contract’s own calendar', () => {
    expect(clock?.kind).toBe('working-hours');
    expect(settle().dueBy).toBe(settle({ requested: '2026-04-20 15:00' }).dueBy);
    expect(settle({ requested: '2026-05-20' }).dueBy).toBeGreaterThan(settle().dueBy ?? 0);
  });

  it('names no day where the contract knows no working days', () => {
    const [edition] = AGREEMENT.editions;
    if (!edition) throw new Error('expected an edition');
    const always = { ...edition.requests.high };
    const contract = {
      ...AGREEMENT,
      editions: [{ ...edition, requests: { high: always, medium: always, low: always } }],
    };
    expect(settle({ contract }).dueBy).toBeNull();
  });

  it('refuses a calendar without a working day instead of searching for ever', () => {
    expect(() => afterWorkingDays(AGREEMENT, { weekdays: [], holidays: [] }, 0, 1)).toThrow('in ten years');
  });
});
