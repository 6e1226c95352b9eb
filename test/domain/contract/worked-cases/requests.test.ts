/** Clause 7.2: requests. High 1 h / 8 h and medium 2 h / 24 h around the clock; low 4 h / 72 h, working days 10–19. */
import type { TicketEvent } from '../../../../src/domain/facts/fact.ts';
import { DAY } from '../../../../src/domain/time/instant.ts';
import { AGREEMENT, amended, EDITION_2026, HOLIDAYS_2026 } from '../../../support/contracts.ts';
import { worked } from '../../../support/figures.ts';
import { plan, ticket, type When } from '../../../support/world.ts';

const high = (...history: [TicketEvent, When][]) => [plan(), ticket('t', 'high', history)];
const low = (...history: [TicketEvent, When][]) => [plan(), ticket('t', 'low', history)];

worked('around the clock, high: 1 h to respond, 8 h to resolve', [
  {
    promise: 'exactly 1 h and exactly 8 h are kept',
    facts: high(['registered', '2026-03-07 23:30'], ['started', '2026-03-08 00:30'], ['resolved', '2026-03-08 07:30']),
    holds: { tickets: ['t high: 1h kept, 8h kept'] },
  },
  {
    promise: 'one millisecond more is missed',
    facts: high(
      ['registered', '2026-03-07 23:30'],
      ['started', '2026-03-08 00:30:00.001'],
      ['resolved', '2026-03-08 07:30:00.001'],
    ),
    holds: { tickets: ['t high: 1h 1ms missed, 8h 1ms missed'] },
  },
  {
    // 10:00–12:00 and 20:00–23:00.
    promise: 'time spent waiting for the customer is not counted',
    facts: high(
      ['registered', '2026-03-10 10:00'],
      ['started', '2026-03-10 10:30'],
      ['waiting', '2026-03-10 12:00'],
      ['resumed', '2026-03-10 20:00'],
      ['resolved', '2026-03-10 23:00'],
    ),
    holds: { tickets: ['t high: 30m kept, 5h kept'] },
  },
  {
    promise: 'resolved while waiting: what was worked',
    facts: high(
      ['registered', '2026-03-10 10:00'],
      ['started', '2026-03-10 10:30'],
      ['waiting', '2026-03-10 12:00'],
      ['resolved', '2026-03-11 12:00'],
    ),
    holds: { tickets: ['t high: 30m kept, 2h kept'] },
  },
  {
    // 10–12, then 20–23 after it was reopened.
    promise: 'reopened: the clock runs on from there, without the time it was fixed',
    facts: high(
      ['registered', '2026-03-10 10:00'],
      ['started', '2026-03-10 10:15'],
      ['resolved', '2026-03-10 12:00'],
      ['reopened', '2026-03-10 20:00'],
      ['resolved', '2026-03-10 23:00'],
    ),
    holds: { tickets: ['t high: 15m kept, 5h kept'] },
  },
  {
    promise: 'reopened and not yet fixed again: running',
    facts: high(
      ['registered', '2026-03-10 10:00'],
      ['started', '2026-03-10 10:15'],
      ['resolved', '2026-03-10 12:00'],
      ['reopened', '2026-03-10 20:00'],
    ),
    ask: { asOf: '2026-03-11 02:00' },
    holds: { tickets: ['t high: 15m kept, not yet running'] },
  },
  {
    promise: 'and missed once 8 h are over',
    facts: high(
      ['registered', '2026-03-10 10:00'],
      ['started', '2026-03-10 10:15'],
      ['resolved', '2026-03-10 12:00'],
      ['reopened', '2026-03-10 20:00'],
    ),
    ask: { asOf: '2026-03-11 02:00:00.001' },
    holds: { tickets: ['t high: 15m kept, not yet missed'] },
  },
  {
    promise: 'nobody has begun: running until the hour is over',
    facts: high(['registered', '2026-03-10 10:00']),
    ask: { asOf: '2026-03-10 11:00' },
    holds: { tickets: ['t high: not yet running, not yet running'] },
  },
  {
    promise: 'and missed a millisecond later, though still not begun',
    facts: high(['registered', '2026-03-10 10:00']),
    ask: { asOf: '2026-03-10 11:00:00.001' },
    holds: { tickets: ['t high: not yet missed, not yet running'] },
  },
  {
    promise: 'waiting for the customer, the resolution clock stands still',
    facts: high(['registered', '2026-03-10 10:00'], ['started', '2026-03-10 10:15'], ['waiting', '2026-03-10 12:00']),
    ask: { asOf: '2026-03-30' },
    holds: { tickets: ['t high: 15m kept, not yet running'] },
  },
  {
    promise: 'fixed at once, without a start: the fix is the response',
    facts: high(['registered', '2026-03-10 10:00'], ['resolved', '2026-03-10 10:20']),
    holds: { tickets: ['t high: 20m kept, 20m kept'] },
  },
  {
    promise: 'events may come in any order of lines',
    facts: high(['resolved', '2026-03-10 12:00'], ['registered', '2026-03-10 10:00'], ['started', '2026-03-10 10:15']),
    holds: { tickets: ['t high: 15m kept, 2h kept'] },
  },
  {
    promise: 'a request of another month is not listed',
    facts: high(['registered', '2026-02-28 23:59:59.999'], ['resolved', '2026-03-10 12:00']),
    holds: { tickets: [] },
  },
  {
    promise: 'one registered at the as-of instant is known, and listed',
    facts: high(['registered', '2026-03-10 10:00']),
    ask: { asOf: '2026-03-10 10:00' },
    holds: { tickets: ['t high: not yet running, not yet running'] },
  },
  {
    promise: 'one registered at the first instant of April is April’s',
    facts: high(['registered', '2026-04-01']),
    ask: { asOf: '2026-04-01' },
    holds: { tickets: [] },
  },
  {
    promise: 'one registered at the month’s first instant is',
    facts: high(['registered', '2026-03-01'], ['resolved', '2026-03-01']),
    holds: { tickets: ['t high: 0 kept, 0 kept'] },
  },
]);

worked('working days 10:00–19:00, low: 4 h to respond, 72 h to resolve', [
  {
    // Friday 20 March 18–19, Saturday, Sunday; 23–25 are Nauryz; Thursday 26 March 10–11. Then Thursday 9 h, Friday 2 h.
    promise: 'neither a weekend nor Nauryz counts',
    facts: low(['registered', '2026-03-20 18:00'], ['started', '2026-03-26 11:00'], ['resolved', '2026-03-27 12:00']),
    holds: { tickets: ['t low: 2h kept, 12h kept'] },
  },
  {
    promise: 'registered at night, the clock starts at 10:00',
    facts: low(['registered', '2026-03-10 22:00'], ['started', '2026-03-11 14:00'], ['resolved', '2026-03-11 19:00']),
    holds: { tickets: ['t low: 4h kept, 9h kept'] },
  },
  {
    promise: '4 h and a millisecond of work are missed',
    facts: low(
      ['registered', '2026-03-10 22:00'],
      ['started', '2026-03-11 14:00:00.001'],
      ['resolved', '2026-03-12 09:00'],
    ),
    holds: { tickets: ['t low: 4h 1ms missed, 9h kept'] },
  },
  {
    // Eight working days of 9 h are 72 h: Tuesday 10 – Friday 13 and Monday 16 – Thursday 19 March.
    promise: '72 h are eight working days',
    facts: low(['registered', '2026-03-10 10:00'], ['started', '2026-03-10 10:00'], ['resolved', '2026-03-20 09:59']),
    holds: { tickets: ['t low: 0 kept, 72h kept'] },
  },
  {
    promise: 'waiting over working hours is not counted either',
    facts: low(
      ['registered', '2026-03-10 10:00'],
      ['started', '2026-03-10 11:00'],
      ['waiting', '2026-03-10 18:00'],
      ['resumed', '2026-03-11 12:00'],
      ['resolved', '2026-03-11 13:00'],
    ),
    holds: { tickets: ['t low: 1h kept, 9h kept'] },
  },
  {
    // Friday 13 March 19:00 – Monday 16 March 10:00: no working time passes.
    promise: 'a weekend away is nothing yet',
    facts: low(['registered', '2026-03-13 19:00']),
    ask: { asOf: '2026-03-16 10:00' },
    holds: { tickets: ['t low: not yet running, not yet running'] },
  },
]);

/** Working days that are worked around the clock. */
const WEEKDAYS = amended(AGREEMENT, {
  requests: {
    ...EDITION_2026.requests,
    low: {
      ...EDITION_2026.requests.low,
      clock: {
        kind: 'working-hours',
        hours: { startMs: 0, endMs: DAY },
        weekdays: [1, 2, 3, 4, 5],
        holidays: HOLIDAYS_2026,
      },
    },
  },
});

worked('working days from midnight to midnight', [
  {
    // Friday 13 March 20–24 and Monday 16 March 00–02.
    promise: 'leave out the weekend between two of them',
    facts: low(['registered', '2026-03-13 20:00'], ['started', '2026-03-13 21:00'], ['resolved', '2026-03-16 02:00']),
    ask: { contract: WEEKDAYS },
    holds: { tickets: ['t low: 1h kept, 6h kept'] },
  },
]);
