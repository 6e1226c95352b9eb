/** CONTRACT.md, Availability: the year's tally, its allowance, and how the promise of 99.8 % stands (cl. 7). */
import type { ReplayFact } from '../../../../src/domain/facts/fact.ts';
import { AGREEMENT, amended, ratio } from '../../../support/contracts.ts';
import { worked } from '../../../support/figures.ts';
import { check, fee, lifecycle, march, plan, service, watched } from '../../../support/world.ts';

/** s1 with a life of its own. */
function living(...life: ReplayFact[]): ReplayFact[] {
  return [...service('s1', { web: ['s1/web'] }), check('s1/web'), fee('2020-01-01', '12000.00'), ...life];
}

worked('the allowance: 0.2 % of the active time of the year', [
  {
    // 365 × 24 h × 0.2 % = 17.52 h = 17 h 31 min 12 s; never the literal 18.
    promise: 'of a full year of 365 days is 17 h 31 min 12 s',
    facts: [plan(), march()],
    holds: { allowance: '17h 31m 12s', remaining: '17h 31m 12s', promise: 'kept' },
  },
  {
    // 366 × 24 h × 0.2 % = 17.568 h.
    promise: 'of a leap year is 17 h 34 min 4.8 s',
    facts: [living(lifecycle('2027-06-01', 'active'))],
    ask: { month: '2028-02', asOf: '2028-03-01' },
    holds: { allowance: '17h 34m 4s 800ms', month: '02-01 00:00 – 03-01 00:00', unknown: '696h' },
  },
  {
    // 1 July – 31 December: 184 d × 24 h × 0.2 % = 8.832 h.
    promise: 'of a service started on 1 July is that of its 184 days, projected to the year’s end',
    facts: [living(lifecycle('2026-07-01', 'active'))],
    ask: { month: '2026-07', asOf: '2026-07-02' },
    holds: { allowance: '8h 49m 55s 200ms', yearOutside: '4344h', yearUnknown: '24h' },
  },
  {
    // 1 January – 30 June: 181 d × 24 h × 0.2 % = 8.688 h.
    promise: 'of a service ended on 1 July is that of the 181 days it served',
    facts: [living(lifecycle('2026-01-01', 'active'), lifecycle('2026-07-01', 'ended'))],
    ask: { month: '2026-09', asOf: '2026-10-01' },
    holds: { allowance: '8h 41m 16s 800ms', outside: '720h', unknown: '0' },
  },
  {
    // 24 h × 0.2 % = 2 min 52.8 s; an hour down is 22 times that.
    promise: 'of a service of one day is 2 min 52.8 s, and an hour breaks the promise',
    facts: [
      living(lifecycle('2026-03-10', 'active'), lifecycle('2026-03-11', 'ended')),
      march(['2026-03-10 12:00', '2026-03-10 13:00']),
    ],
    holds: {
      up: '23h',
      unplanned: '1h',
      outside: '720h',
      allowance: '2m 52s 800ms',
      remaining: '-57m 7s 200ms',
      promise: 'broken',
    },
  },
  {
    // Suspended just before the as-of instant: 31 + 28 d (January, February) + 9 d = 68 d × 24 h × 0.2 % = 3.264 h.
    promise: 'of a suspended service is not projected',
    facts: [living(lifecycle('2026-01-01', 'active'), lifecycle('2026-03-10', 'suspended'))],
    ask: { asOf: '2026-03-20' },
    holds: { allowance: '3h 15m 50s 400ms' },
  },
  {
    // From 20 March on to the year's end again: 68 d + 287 d = 355 d × 24 h × 0.2 % = 17.04 h.
    promise: 'of a restored one is, without the days suspended',
    facts: [
      living(
        lifecycle('2026-01-01', 'active'),
        lifecycle('2026-03-10', 'suspended'),
        lifecycle('2026-03-20', 'active'),
      ),
    ],
    holds: { allowance: '17h 2m 24s', yearOutside: '240h' },
  },
  {
    // Active at the as-of instant and not just before it: nothing is projected yet.
    promise: 'of a service that begins at the as-of instant is still nothing',
    facts: [living(lifecycle('2026-03-10', 'active'))],
    ask: { asOf: '2026-03-10' },
    holds: { allowance: '0', promise: 'kept' },
  },
  {
    // One millisecond of 99.8 %: 0.002 ms, rounded down.
    promise: 'is rounded down to whole milliseconds',
    facts: [living(lifecycle('2026-03-10', 'active'), lifecycle('2026-03-10 00:00:00.499', 'ended'))],
    holds: { allowance: '0', outside: '743h 59m 59s 501ms' },
  },
]);

/** 1000 min of observation on 10 March, of which so much from 12:00 on is down. */
function thousandMinutes(until: string) {
  return watched({ from: '2026-03-10 00:00', to: '2026-03-10 16:40', down: [['2026-03-10 12:00', until]] });
}

worked('the promise at its exact limits', [
  {
    // 998 of 1000 min up is 99.8 % exactly.
    promise: 'exactly at the target it is kept',
    facts: [plan(), thousandMinutes('2026-03-10 12:02')],
    holds: { up: '16h 38m', unplanned: '2m', promise: 'kept' },
  },
  {
    promise: 'a millisecond under the target, with allowance left, it is at risk',
    facts: [plan(), thousandMinutes('2026-03-10 12:02:00.001')],
    holds: { up: '16h 37m 59s 999ms', promise: 'at-risk' },
  },
  {
    promise: 'a millisecond over the target it is kept',
    facts: [plan(), thousandMinutes('2026-03-10 12:01:59.999')],
    holds: { promise: 'kept' },
  },
  {
    // The year 2026 watched whole: 17 h 31 min 12 s down is 0.2 % of it.
    promise: 'the allowance spent to the last millisecond is not broken: the year is at 99.8 %',
    facts: [plan(), watched({ from: '2026-01-01', to: '2027-01-01', down: [['2026-12-10', '2026-12-10 17:31:12']] })],
    ask: { month: '2026-12', asOf: '2027-01-01' },
    holds: { remaining: '0', promise: 'kept', yearUnplanned: '17h 31m 12s' },
  },
  {
    promise: 'one millisecond more and it is broken',
    facts: [
      plan(),
      watched({ from: '2026-01-01', to: '2027-01-01', down: [['2026-12-10', '2026-12-10 17:31:12.001']] }),
    ],
    ask: { month: '2026-12', asOf: '2027-01-01' },
    holds: { remaining: '-1ms', promise: 'broken' },
  },
  {
    promise: 'spent to the last millisecond in a year seen in part, it is at risk',
    facts: [plan(), march(['2026-03-10', '2026-03-10 17:31:12'])],
    holds: { remaining: '0', promise: 'at-risk' },
  },
  {
    promise: 'planned and excluded time, unknown and outside spend nothing',
    facts: [plan(), lifecycle('2026-03-10', 'suspended'), march(['2026-03-10', '2026-03-31'])],
    holds: { unplanned: '0', outside: '528h', remaining: '3h 15m 50s 400ms', promise: 'kept' },
  },
  {
    promise: 'with no active observed time there is no figure, and the promise is not under the target',
    facts: [plan()],
    holds: { up: '0', unplanned: '0', unknown: '744h', promise: 'kept', outages: 0, segments: [] },
  },
]);

const SERVICE_YEAR = amended(AGREEMENT, { tally: 'service' });
const ROLLING = amended(AGREEMENT, { tally: 'rolling' });
const SINCE = lifecycle('2025-03-15 10:00', 'active');

worked('the tally by service years', [
  {
    promise: 'the year that contains the month’s last instant, from the anniversary’s own hour',
    facts: [living(SINCE), watched({ from: '2026-03-01', to: '2026-04-01', down: [['2026-03-14', '2026-03-16']] })],
    ask: { contract: SERVICE_YEAR },
    // Down 48 h; from 15 March 10:00 on, 14 of them are in the new year. 38 h of it were before.
    holds: { year: '03-15 10:00 – 04-01 00:00', unplanned: '48h', yearUnplanned: '14h', allowance: '17h 31m 12s' },
  },
  {
    promise: 'asked before the anniversary, the year before',
    facts: [living(SINCE), watched({ from: '2026-03-01', to: '2026-04-01', down: [['2026-03-14', '2026-03-16']] })],
    ask: { contract: SERVICE_YEAR, asOf: '2026-03-15 10:00' },
    holds: { year: '03-15 10:00 – 03-15 10:00', yearUnplanned: '34h' },
  },
  {
    promise: 'begun on 29 February: the first year ends on the 28th',
    facts: [living(lifecycle('2024-02-29', 'active'))],
    ask: { contract: SERVICE_YEAR, month: '2025-02', asOf: '2025-03-01' },
    holds: { year: '02-28 00:00 – 03-01 00:00', yearUnknown: '24h', allowance: '17h 31m 12s' },
  },
  {
    // 28 February 2027 – 29 February 2028 is 366 days.
    promise: 'begun on 29 February: the fourth ends on the 29th and has 366 days',
    facts: [living(lifecycle('2024-02-29', 'active'))],
    ask: { contract: SERVICE_YEAR, month: '2027-03', asOf: '2027-04-01' },
    holds: { year: '02-28 00:00 – 04-01 00:00', allowance: '17h 34m 4s 800ms' },
  },
  {
    promise: 'a start that was corrected at its own instant began no year',
    facts: [
      living(
        lifecycle('2025-03-15 10:00', 'active'),
        lifecycle('2025-03-15 10:00', 'suspended'),
        lifecycle('2025-03-20', 'active'),
      ),
    ],
    ask: { contract: SERVICE_YEAR },
    holds: { year: '03-20 00:00 – 04-01 00:00', allowance: '17h 31m 12s' },
  },
  {
    promise: 'of a service that was never active: the calendar year, all of it outside',
    facts: [living()],
    ask: { contract: SERVICE_YEAR },
    holds: { year: '01-01 00:00 – 04-01 00:00', yearOutside: '2160h', allowance: '0', promise: 'kept' },
  },
]);

worked('the tally by rolling 365 days', [
  {
    promise: 'ends with the month and holds last April’s outage',
    facts: [
      living(SINCE),
      watched({ from: '2025-03-20', to: '2026-04-01', down: [['2025-03-31 12:00', '2025-04-02']] }),
    ],
    ask: { contract: ROLLING },
    holds: { year: '04-01 00:00 – 04-01 00:00', yearUnplanned: '24h', promise: 'broken', unplanned: '0' },
  },
  {
    promise: 'over a leap day begins a calendar day later',
    facts: [living(SINCE)],
    ask: { contract: ROLLING, month: '2028-03', asOf: '2028-04-01' },
    holds: { year: '04-02 00:00 – 04-01 00:00', yearUnknown: '8760h' },
  },
]);

worked('another target', [
  {
    // 99.95 %: 365 × 24 h × 0.05 % = 4.38 h.
    promise: '99.95 % allows 4 h 22 min 48 s',
    facts: [plan(), march()],
    ask: { contract: amended(AGREEMENT, { target: ratio(9995, 10_000) }) },
    holds: { allowance: '4h 22m 48s' },
  },
  {
    promise: '100 % allows nothing: a millisecond breaks it',
    facts: [plan(), march(['2026-03-10 12:00', '2026-03-10 12:00:00.001'])],
    ask: { contract: amended(AGREEMENT, { target: ratio(1, 1) }) },
    holds: { allowance: '0', remaining: '-1ms', promise: 'broken' },
  },
]);
