/** Two contracts to compute against: the agreement of 17.02.2026 (CONTRACT.md), and a provider unlike it in every number. */
import type { Contract, ContractEdition, DailySpan, Ratio } from '../../src/domain/contract/terms.ts';
import { DAY, HOUR, type Instant, MINUTE } from '../../src/domain/time/instant.ts';

/** Ratios are given in whole numbers: `ratio(998, 1000)` is 99.8 %. */
export function ratio(numerator: number, denominator: number): Ratio {
  return { numerator: BigInt(numerator), denominator: BigInt(denominator) };
}

/** A daily span from texts of the contract clock: `daily('01:00', '06:00')`. */
export function daily(start: string, end: string): DailySpan {
  const sinceMidnight = (text: string): number => {
    const [hours = '', minutes = ''] = text.split(':');
    return Number(hours) * HOUR + Number(minutes) * MINUTE;
  };
  return { startMs: sinceMidnight(start), endMs: sinceMidnight(end) };
}

/** Public holidays of Kazakhstan in 2026 that fall on, or are moved to, a day of the week from Monday to Friday. */
export const HOLIDAYS_2026: readonly string[] = [
  '2026-01-01',
  '2026-01-02',
  '2026-01-07',
  '2026-03-09',
  '2026-03-23',
  '2026-03-24',
  '2026-03-25',
  '2026-05-01',
  '2026-05-07',
  '2026-05-11',
  '2026-05-27',
  '2026-07-06',
  '2026-08-31',
  '2026-10-26',
  '2026-12-16',
];

/** The agreement's only edition so far, in force always so that a year is governed by it whole. */
export const EDITION_2026: ContractEdition = {
  name: '17.02.2026',
  target: ratio(998, 1000),
  tally: 'calendar',
  plannedWork: { quietHours: [daily('01:00', '06:00')], leadMs: 48 * HOUR, clause: '7.1' },
  exclusions: [
    { id: 'force-majeure', clause: '8.5' },
    { id: 'customer', clause: '8.5' },
    { id: 'third-party-software', clause: '8.5' },
    { id: 'network', clause: '8.5' },
    { id: 'dns-propagation', clause: '8.5' },
  ],
  credit: {
    scheme: { kind: 'hourly', perHour: ratio(1, 100), hours: 'exact' },
    cap: ratio(1, 1),
    mode: 'on-claim',
    clause: '8.3',
  },
  notices: [
    { kind: 'planned-work', leadMs: 48 * HOUR, clause: '7.1' },
    { kind: 'configuration-change', leadMs: 48 * HOUR, clause: '6.3' },
    { kind: 'platform-move', leadMs: 30 * DAY, clause: '3.5' },
    { kind: 'over-use', leadMs: 0, clause: '5.4' },
    { kind: 'incident', leadMs: 0, clause: '7.1', asItHappens: true },
  ],
  requests: {
    high: { responseMs: 1 * HOUR, resolutionMs: 8 * HOUR, clock: { kind: 'always' } },
    medium: { responseMs: 2 * HOUR, resolutionMs: 24 * HOUR, clock: { kind: 'always' } },
    low: {
      responseMs: 4 * HOUR,
      resolutionMs: 72 * HOUR,
      clock: {
        kind: 'working-hours',
        hours: daily('10:00', '19:00'),
        weekdays: [1, 2, 3, 4, 5],
        holidays: HOLIDAYS_2026,
      },
    },
  },
  lifecycle: { restoreDays: 7, fullRefundDays: 14, settlementWorkingDays: 15 },
};

/** The agreement of 17.02.2026: GMT+5, 99.8 % a calendar year, quiet hours 01:00–06:00, 48 h, 1 % an hour, cap 100 %. */
export const AGREEMENT: Contract = {
  id: 'builder',
  provider: 'PS Internet Company',
  offsetMinutes: 5 * 60,
  currency: 'KZT',
  editions: [EDITION_2026],
};

/**
 * Another provider: UTC−03:30, 99.95 % in rolling 365 days, quiet hours 23:30–04:30 over midnight and 12:00–12:30, five
 * days' notice, a share of the fee by the month's availability up to half of it, requests worked on at night.
 */
export const NORTHERN: Contract = {
  id: 'northern',
  provider: 'Northern Hosting',
  offsetMinutes: -(3 * 60 + 30),
  currency: 'CAD',
  editions: [
    {
      ...EDITION_2026,
      name: '2025-07',
      target: ratio(9995, 10_000),
      tally: 'rolling',
      plannedWork: {
        quietHours: [daily('23:30', '04:30'), daily('12:00', '12:30')],
        leadMs: 5 * DAY,
        clause: '4(b)',
      },
      credit: {
        scheme: {
          kind: 'tiered',
          tiers: [
            { below: ratio(999, 1000), share: ratio(10, 100) },
            { below: ratio(99, 100), share: ratio(25, 100) },
            { below: ratio(95, 100), share: ratio(1, 1) },
          ],
        },
        cap: ratio(1, 2),
        mode: 'automatic',
        clause: '9',
      },
      requests: {
        ...EDITION_2026.requests,
        low: {
          responseMs: 2 * HOUR,
          resolutionMs: 16 * HOUR,
          clock: {
            kind: 'working-hours',
            hours: daily('22:00', '06:00'),
            weekdays: [1, 2, 3, 4, 5],
            holidays: ['2026-07-01'],
          },
        },
      },
    },
  ],
};

/** The contract with terms of its first edition replaced. */
export function amended(contract: Contract, terms: Partial<ContractEdition>): Contract {
  const [first = EDITION_2026, ...later] = contract.editions;
  return { ...contract, editions: [{ ...first, ...terms }, ...later] };
}

/** The contract with one more edition, equal to its last but for the terms given, in force from an instant. */
export function reissued(contract: Contract, from: Instant, terms: Partial<ContractEdition>): Contract {
  return {
    ...contract,
    editions: [...contract.editions, { ...(contract.editions.at(-1) ?? EDITION_2026), ...terms, from }],
  };
}

/** The contract with its credits reckoned by other rules. */
export function crediting(contract: Contract, credit: Partial<ContractEdition['credit']>): Contract {
  const terms = contract.editions[0] ?? EDITION_2026;
  return amended(contract, { credit: { ...terms.credit, ...credit } });
}
