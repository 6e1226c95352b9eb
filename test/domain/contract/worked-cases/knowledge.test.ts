/** REPLAY.md rule 7: what was known when. The period ends with the month, or at the as-of instant where that is earlier. */
import { describe, expect, it } from 'vitest';
import { worked } from '../../../support/figures.ts';
import { given, lifecycle, march, notice, plan, seen, watched, work } from '../../../support/world.ts';

worked('asked in the middle of things', [
  {
    promise: 'an outage that goes on counts up to the as-of instant',
    facts: [plan(), march(['2026-03-10 12:00', '2026-03-10 16:00'])],
    ask: { asOf: '2026-03-10 13:00' },
    // 9 d + 12 h up before it.
    holds: {
      month: '03-01 00:00 – 03-10 13:00',
      year: '01-01 00:00 – 03-10 13:00',
      up: '228h',
      unplanned: '1h',
      outages: 1,
      accrued: '120.00',
      segments: ['03-10 12:00 – 03-10 13:00 unplanned'],
    },
  },
  {
    promise: 'an outage that begins at the as-of instant does not exist yet',
    facts: [plan(), march(['2026-03-10 12:00', '2026-03-10 16:00'])],
    ask: { asOf: '2026-03-10 12:00' },
    holds: { unplanned: '0', outages: 0, segments: [] },
  },
  {
    promise: 'a window still open excuses what has passed of it',
    facts: [
      plan(),
      march(['2026-03-10 01:00', '2026-03-10 05:00']),
      work('w', '2026-03-10 01:00', '2026-03-10 05:00'),
      notice('w', '2026-03-01'),
    ],
    ask: { asOf: '2026-03-10 03:00' },
    holds: { planned: '2h', unplanned: '0', outages: 1 },
  },
  {
    promise: 'a notice recorded later is not known',
    facts: [
      plan(),
      march(['2026-03-10 01:00', '2026-03-10 05:00']),
      work('w', '2026-03-10 01:00', '2026-03-10 05:00', { recorded: '2026-03-10 02:00' }),
      notice('w', '2026-03-01'),
    ],
    ask: { asOf: '2026-03-10 01:30' },
    holds: { planned: '0', unplanned: '30m' },
  },
  {
    // U at 0 min, D at 1 and 2: the third fail comes at 3 min and is not known at 2 min 59 s.
    promise: 'an outage not yet confirmed is up',
    facts: [plan(), seen('UDDDDD', { from: '2026-03-10 12:00' })],
    ask: { asOf: '2026-03-10 12:02:59' },
    holds: { up: '2m', unplanned: '0', outages: 0 },
  },
  {
    promise: 'the observation at the as-of instant is known, and dates the outage back to its start',
    facts: [plan(), seen('UDDDDD', { from: '2026-03-10 12:00' })],
    ask: { asOf: '2026-03-10 12:03' },
    holds: { up: '30s', unplanned: '2m 30s', outages: 1 },
  },
  {
    promise: 'after the last observation nothing is known',
    facts: [plan(), seen('UU', { from: '2026-03-10 12:00' })],
    ask: { asOf: '2026-03-10 12:02' },
    holds: { up: '1m', month: '03-01 00:00 – 03-10 12:02' },
  },
  {
    promise: 'edges hold until the as-of instant, not beyond',
    facts: [plan(), watched({ from: '2026-03-10', to: '2026-03-12' })],
    ask: { asOf: '2026-03-11' },
    holds: { up: '24h', unknown: '216h' },
  },
]);

worked('asked about a month that has not begun', [
  {
    // January, February and 9 days: 68 d, of which March's 9 were watched.
    promise: 'the month is empty and the year ends at the as-of instant',
    facts: [plan(), march(['2026-03-05 12:00', '2026-03-05 13:00'])],
    ask: { month: '2026-12', asOf: '2026-03-10' },
    holds: {
      month: '12-01 00:00 – 12-01 00:00',
      up: '0',
      unknown: '0',
      outages: 0,
      segments: [],
      accrued: '0.00',
      cap: '12000.00',
      year: '01-01 00:00 – 03-10 00:00',
      yearUp: '215h',
      yearUnplanned: '1h',
      yearUnknown: '1416h',
      allowance: '17h 31m 12s',
    },
  },
  {
    promise: 'in the next year, that year is empty as well',
    facts: [plan(), march()],
    ask: { month: '2027-01', asOf: '2026-03-10' },
    holds: { year: '01-01 00:00 – 01-01 00:00', yearUp: '0', yearUnknown: '0', allowance: '17h 31m 12s' },
  },
  {
    promise: 'at the month’s very first instant it is empty',
    facts: [plan(), march()],
    ask: { asOf: '2026-03-01' },
    holds: { month: '03-01 00:00 – 03-01 00:00', up: '0', unknown: '0', year: '01-01 00:00 – 03-01 00:00' },
  },
  {
    promise: 'a millisecond later it holds that millisecond',
    facts: [plan(), march()],
    ask: { asOf: '2026-03-01 00:00:00.001' },
    holds: { up: '1ms', year: '01-01 00:00 – 03-01 00:00:00.001' },
  },
]);

worked('asked about February', [
  {
    promise: 'of a common year: 28 days',
    facts: [plan()],
    ask: { month: '2026-02', asOf: '2026-04-01' },
    holds: { unknown: '672h', month: '02-01 00:00 – 03-01 00:00' },
  },
  {
    promise: 'of a leap year: 29 days, and an outage of the 29th is in it',
    facts: [plan(), watched({ from: '2028-02-01', to: '2028-03-01', down: [['2028-02-29', '2028-03-01']] })],
    ask: { month: '2028-02', asOf: '2028-04-01' },
    holds: { up: '672h', unplanned: '24h', segments: ['02-29 00:00 – 03-01 00:00 unplanned'] },
  },
]);

worked('the life of a service (cl. 3.2, 4.2, 4.6, 5.4)', [
  {
    promise: 'suspension in an outage: its time is outside, the outage is one, its segments are two',
    facts: [
      plan(),
      lifecycle('2026-03-10 14:00', 'suspended'),
      lifecycle('2026-03-10 16:00', 'active'),
      march(['2026-03-10 12:00', '2026-03-10 18:00']),
    ],
    holds: {
      unplanned: '4h',
      outside: '2h',
      outages: 1,
      accrued: '480.00',
      segments: ['03-10 12:00 – 03-10 14:00 unplanned', '03-10 16:00 – 03-10 18:00 unplanned'],
    },
  },
  {
    promise: 'an outage that lies in a suspension whole is none',
    facts: [
      plan(),
      lifecycle('2026-03-10', 'suspended'),
      lifecycle('2026-03-11', 'active'),
      march(['2026-03-10 12:00', '2026-03-10 18:00']),
    ],
    holds: { unplanned: '0', outside: '24h', outages: 0, up: '720h' },
  },
  {
    promise: 'blocked and ended are outside too, also while up',
    facts: [plan(), lifecycle('2026-03-10', 'blocked'), lifecycle('2026-03-11', 'ended'), march()],
    holds: { up: '216h', outside: '528h' },
  },
  {
    promise: 'before the first line the service is not active: an outage begins with the service',
    facts: [
      plan().filter((fact) => fact.type !== 'lifecycle'),
      lifecycle('2026-03-10 15:00', 'active'),
      march(['2026-03-10 12:00', '2026-03-10 18:00']),
    ],
    holds: { unplanned: '3h', outages: 1, outside: '231h', segments: ['03-10 15:00 – 03-10 18:00 unplanned'] },
  },
  {
    promise: 'active twice is active once',
    facts: [plan(), lifecycle('2026-03-10 13:00', 'active'), march(['2026-03-10 12:00', '2026-03-10 18:00'])],
    holds: { unplanned: '6h', segments: ['03-10 12:00 – 03-10 18:00 unplanned'] },
  },
  {
    promise: 'of two lines from one instant the one that comes last counts',
    facts: [plan(), lifecycle('2026-03-10', 'suspended'), lifecycle('2026-03-10', 'active'), march()],
    holds: { up: '744h', outside: '0' },
  },
]);

describe('a service that is not defined', () => {
  it('has no statement: the error names it', () => {
    expect(() => given(plan()).statement({ service: 's9' })).toThrow('service: found "s9"');
  });
});
