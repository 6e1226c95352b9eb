/** CONTRACT.md, Planned work: R1 the window as it stands, R2 quiet hours 01:00–06:00, R3 notice 48 h ahead. */
import { describe, expect, it } from 'vitest';
import { worked } from '../../../support/figures.ts';
import {
  at,
  check,
  fee,
  given,
  lifecycle,
  march,
  notice,
  plan,
  service,
  watched,
  work,
  workCancelled,
} from '../../../support/world.ts';

const IN_TIME = '2026-03-01';

worked('R2: only quiet hours are planned (cl. 7.1)', [
  {
    // 04–06 is quiet: 2 h planned. 06–08 is not: 2 h × 120.00.
    promise: 'a window that runs over 06:00 is planned until 06:00',
    facts: [
      plan(),
      march(['2026-03-10 04:00', '2026-03-10 08:00']),
      work('w', '2026-03-10 01:00', '2026-03-10 09:00'),
      notice('w', IN_TIME),
    ],
    holds: {
      planned: '2h',
      unplanned: '2h',
      outages: 1,
      segments: ['03-10 04:00 – 03-10 06:00 planned', '03-10 06:00 – 03-10 08:00 unplanned'],
      accrued: '240.00',
    },
  },
  {
    // 23–01 is before quiet hours: 2 h. 01–02 is in them: 1 h.
    promise: 'a window over midnight is planned from 01:00 only',
    facts: [
      plan(),
      march(['2026-03-09 23:00', '2026-03-10 02:00']),
      work('w', '2026-03-09 23:00', '2026-03-10 02:00'),
      notice('w', IN_TIME),
    ],
    holds: { planned: '1h', unplanned: '2h', outages: 1, accrued: '240.00' },
  },
  {
    // 50 h from the 10th 00:00 hold the nights of the 10th, 11th and 12th to 02:00: 5 + 5 + 1 = 11 h; 50 − 11 = 39.
    promise: 'a window of two days is planned in each of its nights',
    facts: [
      plan(),
      march(['2026-03-10', '2026-03-12 02:00']),
      work('w', '2026-03-10', '2026-03-12 02:00'),
      notice('w', IN_TIME),
    ],
    holds: { planned: '11h', unplanned: '39h', outages: 1 },
  },
  {
    promise: 'a millisecond on either side of quiet hours is unplanned',
    facts: [
      plan(),
      march(['2026-03-10 00:59:59.999', '2026-03-10 06:00:00.001']),
      work('w', '2026-03-10', '2026-03-10 12:00'),
      notice('w', IN_TIME),
    ],
    holds: {
      planned: '5h',
      unplanned: '2ms',
      segments: [
        '03-10 00:59:59.999 – 03-10 01:00 unplanned',
        '03-10 01:00 – 03-10 06:00 planned',
        '03-10 06:00 – 03-10 06:00:00.001 unplanned',
      ],
    },
  },
  {
    promise: 'quiet hours without a window excuse nothing',
    facts: [plan(), march(['2026-03-10 02:00', '2026-03-10 05:00'])],
    holds: { planned: '0', unplanned: '3h', accrued: '360.00' },
  },
  {
    // 20:00–01:00 UTC is 01:00–06:00 at +05:00; the UTC night 01:00–06:00 is 06:00–11:00 here.
    promise: 'quiet hours are those of GMT+5, not of UTC',
    facts: [
      plan(),
      march(['2026-03-10 06:00', '2026-03-10 11:00']),
      work('w', '2026-03-10 06:00', '2026-03-10 11:00'),
      notice('w', IN_TIME),
    ],
    holds: { planned: '0', unplanned: '5h' },
  },
]);

worked('months and years begin at 00:00 +05:00', [
  {
    promise: 'a window over the end of March leaves March its hour before midnight',
    facts: [
      plan(),
      watched({ from: '2026-03-01', to: '2026-05-01', down: [['2026-03-31 23:00', '2026-04-01 03:00']] }),
      work('w', '2026-03-31 23:00', '2026-04-01 03:00'),
      notice('w', IN_TIME),
    ],
    ask: { month: '2026-03', asOf: '2026-05-01' },
    holds: { planned: '0', unplanned: '1h', outages: 1, segments: ['03-31 23:00 – 04-01 00:00 unplanned'] },
  },
  {
    // April: 00–01 unplanned, 01–03 planned; the year has March's hour too.
    promise: 'the same window gives April its own part, and the outage counts in both months',
    facts: [
      plan(),
      watched({ from: '2026-03-01', to: '2026-05-01', down: [['2026-03-31 23:00', '2026-04-01 03:00']] }),
      work('w', '2026-03-31 23:00', '2026-04-01 03:00'),
      notice('w', IN_TIME),
    ],
    ask: { month: '2026-04', asOf: '2026-05-01' },
    holds: { planned: '2h', unplanned: '1h', outages: 1, accrued: '120.00', yearUnplanned: '2h' },
  },
  {
    // 22:00–24:00 on 31 December, +05:00, which is 17:00–19:00 UTC.
    promise: 'New Year at +05:00: two hours belong to December and to the old year',
    facts: [
      plan(),
      watched({ from: '2026-12-01', to: '2027-02-01', down: [['2026-12-31 22:00', '2027-01-01 02:00']] }),
      work('w', '2026-12-31 22:00', '2027-01-01 06:00'),
      notice('w', '2026-12-20'),
    ],
    ask: { month: '2026-12', asOf: '2027-02-01' },
    holds: { planned: '0', unplanned: '2h', yearUnplanned: '2h', year: '01-01 00:00 – 01-01 00:00' },
  },
  {
    promise: 'New Year at +05:00: an hour and an hour of planned work belong to January and to the new year',
    facts: [
      plan(),
      watched({ from: '2026-12-01', to: '2027-02-01', down: [['2026-12-31 22:00', '2027-01-01 02:00']] }),
      work('w', '2026-12-31 22:00', '2027-01-01 06:00'),
      notice('w', '2026-12-20'),
    ],
    ask: { month: '2027-01', asOf: '2027-02-01' },
    holds: { planned: '1h', unplanned: '1h', yearUnplanned: '1h', year: '01-01 00:00 – 02-01 00:00' },
  },
]);

const NIGHT = ['2026-03-10 01:00', '2026-03-10 05:00'] as const;

worked('R3: notice 48 h before the start of the revision (cl. 7.1)', [
  {
    promise: 'exactly 48 h is in time',
    facts: [plan(), march(NIGHT), work('w', ...NIGHT), notice('w', '2026-03-08 01:00')],
    holds: { planned: '4h', unplanned: '0', accrued: '0.00' },
  },
  {
    promise: 'one millisecond less is not',
    facts: [plan(), march(NIGHT), work('w', ...NIGHT), notice('w', '2026-03-08 01:00:00.001')],
    holds: { planned: '0', unplanned: '4h', accrued: '480.00' },
  },
  {
    promise: 'the lead time is counted to the start of the window, not of the outage in it',
    facts: [
      plan(),
      march(['2026-03-10 03:00', '2026-03-10 05:00']),
      work('w', ...NIGHT),
      notice('w', '2026-03-08 02:00'),
    ],
    holds: { planned: '0', unplanned: '2h' },
  },
  {
    promise: 'a second notice that came in time mends one that was late',
    facts: [
      plan(),
      march(NIGHT),
      work('w', ...NIGHT),
      notice('w', '2026-03-09 01:00'),
      notice('w', '2026-03-07 01:00'),
    ],
    holds: { planned: '4h', unplanned: '0' },
  },
  {
    promise: 'no notice: unplanned, whatever was recorded',
    facts: [plan(), march(NIGHT), work('w', ...NIGHT)],
    holds: { planned: '0', unplanned: '4h' },
  },
  {
    promise: 'a notice of another work is none of this one',
    facts: [plan(), march(NIGHT), work('w', ...NIGHT), work('v', '2026-03-20', '2026-03-21'), notice('v', IN_TIME)],
    holds: { planned: '0', unplanned: '4h' },
  },
  {
    promise: 'a window for another service excuses nothing here',
    facts: [plan(), march(NIGHT), work('w', ...NIGHT, { services: ['s2'] }), notice('w', IN_TIME)],
    holds: { planned: '0', unplanned: '4h' },
  },
  {
    promise: 'a window for all services excuses this one',
    facts: [plan(), march(NIGHT), work('w', ...NIGHT, { services: '*' }), notice('w', IN_TIME)],
    holds: { planned: '4h', unplanned: '0' },
  },
  {
    promise: 'two windows over the same hours count them once',
    facts: [
      plan(),
      march(['2026-03-10 01:00', '2026-03-10 06:00']),
      work('w', '2026-03-10 01:00', '2026-03-10 04:00'),
      work('v', '2026-03-10 02:00', '2026-03-10 05:00'),
      notice('w', IN_TIME),
      notice('v', IN_TIME),
    ],
    holds: { planned: '4h', unplanned: '1h', outages: 1 },
  },
]);

describe('R3 holds for each customer on their own', () => {
  it('a notice that bounced for one of two customers on one server leaves only that one unplanned', () => {
    const world = given(
      service('s1', { web: ['server'] }, 'c1'),
      service('s2', { web: ['server'] }, 'c2'),
      check('server'),
      lifecycle('2026-01-01', 'active', 's1'),
      lifecycle('2026-01-01', 'active', 's2'),
      fee('2026-01-01', '12000.00', 's1'),
      fee('2026-01-01', '12000.00', 's2'),
      watched({ check: 'server', from: '2026-03-01', to: '2026-04-01', down: [NIGHT] }),
      work('w', ...NIGHT),
      notice('w', IN_TIME, { customer: 'c1' }),
    );
    const [told, untold] = ['s1', 's2'].map((id) => world.statement({ service: id }));
    expect(told?.month.ms).toMatchObject({ planned: 4 * 3_600_000, unplanned: 0 });
    expect(untold?.month.ms).toMatchObject({ planned: 0, unplanned: 4 * 3_600_000 });
  });
});

worked('revisions: an extended or moved window needs its own notice', [
  {
    // 01–03 was announced; 03–05 only by revision 2, of which nobody was told.
    promise: 'extended without a notice: the announced part stays planned',
    facts: [
      plan(),
      march(NIGHT),
      work('w', '2026-03-10 01:00', '2026-03-10 03:00'),
      notice('w', IN_TIME),
      work('w', ...NIGHT, { revision: 2 }),
    ],
    holds: { planned: '2h', unplanned: '2h' },
  },
  {
    promise: 'extended with its own notice in time: all of it is planned',
    facts: [
      plan(),
      march(NIGHT),
      work('w', '2026-03-10 01:00', '2026-03-10 03:00'),
      notice('w', IN_TIME),
      work('w', ...NIGHT, { revision: 2 }),
      notice('w', '2026-03-08 01:00', { revision: 2 }),
    ],
    holds: { planned: '4h', unplanned: '0' },
  },
  {
    promise: 'extended with a late notice: as without one',
    facts: [
      plan(),
      march(NIGHT),
      work('w', '2026-03-10 01:00', '2026-03-10 03:00'),
      notice('w', IN_TIME),
      work('w', ...NIGHT, { revision: 2 }),
      notice('w', '2026-03-08 01:00:00.001', { revision: 2 }),
    ],
    holds: { planned: '2h', unplanned: '2h' },
  },
  {
    promise: 'shortened: the part cut off is no longer planned, the rest needs no new notice',
    facts: [
      plan(),
      march(NIGHT),
      work('w', ...NIGHT),
      notice('w', IN_TIME),
      work('w', '2026-03-10 01:00', '2026-03-10 03:00', { revision: 2 }),
    ],
    holds: { planned: '2h', unplanned: '2h' },
  },
  {
    // Overlap of the announced 01–04 with the window as it stands, 02–06: 02–04.
    promise: 'moved by an hour without a notice: planned where both windows hold',
    facts: [
      plan(),
      march(['2026-03-10 01:00', '2026-03-10 06:00']),
      work('w', '2026-03-10 01:00', '2026-03-10 04:00'),
      notice('w', IN_TIME),
      work('w', '2026-03-10 02:00', '2026-03-10 06:00', { revision: 2 }),
    ],
    holds: {
      planned: '2h',
      unplanned: '3h',
      segments: [
        '03-10 01:00 – 03-10 02:00 unplanned',
        '03-10 02:00 – 03-10 04:00 planned',
        '03-10 04:00 – 03-10 06:00 unplanned',
      ],
    },
  },
  {
    promise: 'moved to another night with its own notice: the old night is unplanned, the new one planned',
    facts: [
      plan(),
      march(NIGHT, ['2026-03-12 01:00', '2026-03-12 05:00']),
      work('w', ...NIGHT),
      notice('w', IN_TIME),
      work('w', '2026-03-12 01:00', '2026-03-12 05:00', { revision: 2 }),
      notice('w', '2026-03-09', { revision: 2 }),
    ],
    holds: {
      planned: '4h',
      unplanned: '4h',
      segments: ['03-10 01:00 – 03-10 05:00 unplanned', '03-12 01:00 – 03-12 05:00 planned'],
    },
  },
  {
    promise: 'moved to another night without a notice: neither night is planned',
    facts: [
      plan(),
      march(NIGHT, ['2026-03-12 01:00', '2026-03-12 05:00']),
      work('w', ...NIGHT),
      notice('w', IN_TIME),
      work('w', '2026-03-12 01:00', '2026-03-12 05:00', { revision: 2 }),
    ],
    holds: { planned: '0', unplanned: '8h', outages: 2 },
  },
  {
    // Revision 3 stands again where revision 1 was announced; the notice of revision 1 contains those hours.
    promise: 'moved away and back again: the first notice counts again',
    facts: [
      plan(),
      march(NIGHT),
      work('w', ...NIGHT),
      notice('w', IN_TIME),
      work('w', '2026-03-12 01:00', '2026-03-12 05:00', { revision: 2 }),
      work('w', ...NIGHT, { revision: 3 }),
    ],
    holds: { planned: '4h', unplanned: '0' },
  },
  {
    promise: 'the highest revision stands, in whatever order the lines come',
    facts: [
      plan(),
      march(NIGHT),
      work('w', '2026-03-10 01:00', '2026-03-10 03:00', { revision: 2 }),
      notice('w', IN_TIME),
      work('w', ...NIGHT, { revision: 1 }),
    ],
    holds: { planned: '2h', unplanned: '2h' },
  },
  {
    promise: 'a revision that drops the service no longer excuses it',
    facts: [
      plan(),
      march(NIGHT),
      work('w', ...NIGHT, { services: ['s1', 's2'] }),
      notice('w', IN_TIME),
      work('w', ...NIGHT, { revision: 2, services: ['s2'] }),
    ],
    holds: { planned: '0', unplanned: '4h' },
  },
  {
    promise: 'a revision that takes the service in is not announced by the one that did not',
    facts: [
      plan(),
      march(NIGHT),
      work('w', ...NIGHT, { services: ['s2'] }),
      notice('w', IN_TIME),
      work('w', ...NIGHT, { revision: 2, services: ['s1', 's2'] }),
    ],
    holds: { planned: '0', unplanned: '4h' },
  },
]);

worked('R1: cancelled work', [
  {
    promise: 'cancelled before it begins: nothing is planned',
    facts: [plan(), march(NIGHT), work('w', ...NIGHT), notice('w', IN_TIME), workCancelled('w', '2026-03-09 12:00')],
    holds: { planned: '0', unplanned: '4h' },
  },
  {
    promise: 'cancelled while it runs: what lay before the cancellation stays planned',
    facts: [plan(), march(NIGHT), work('w', ...NIGHT), notice('w', IN_TIME), workCancelled('w', '2026-03-10 02:30')],
    holds: {
      planned: '1h 30m',
      unplanned: '2h 30m',
      segments: ['03-10 01:00 – 03-10 02:30 planned', '03-10 02:30 – 03-10 05:00 unplanned'],
    },
  },
  {
    promise: 'cancelled when it is over: all of it stays planned',
    facts: [plan(), march(NIGHT), work('w', ...NIGHT), notice('w', IN_TIME), workCancelled('w', '2026-03-10 05:00')],
    holds: { planned: '4h', unplanned: '0' },
  },
  {
    promise: 'cancelled twice: the first cancellation counts',
    facts: [
      plan(),
      march(NIGHT),
      work('w', ...NIGHT),
      notice('w', IN_TIME),
      workCancelled('w', '2026-03-10 04:00'),
      workCancelled('w', '2026-03-10 02:00'),
    ],
    holds: { planned: '1h', unplanned: '3h' },
  },
  {
    promise: 'as known before the cancellation the work still stands',
    facts: [plan(), march(NIGHT), work('w', ...NIGHT), notice('w', IN_TIME), workCancelled('w', '2026-03-10 02:30')],
    ask: { asOf: '2026-03-10 02:00' },
    holds: { planned: '1h', unplanned: '0', month: '03-01 00:00 – 03-10 02:00' },
  },
  {
    promise: 'a revision recorded after a cancellation brings nothing of it back',
    facts: [
      plan(),
      march(NIGHT),
      work('w', ...NIGHT),
      notice('w', IN_TIME),
      workCancelled('w', '2026-03-05'),
      work('w', ...NIGHT, { revision: 2, recorded: '2026-03-06' }),
      notice('w', '2026-03-06', { revision: 2 }),
    ],
    holds: { planned: '0', unplanned: '4h' },
  },
]);

/** Service s1 is c1's until the 10th and c2's from then on. */
const handedOver = service('s1', { web: ['s1/web'] }, 'c2').map((fact) =>
  fact.type === 'service' ? { ...fact, from: at('2026-03-10') } : fact,
);

worked('R3: a service that changes hands is judged by the notices of whoever had it (cl. 7.1)', [
  {
    // 02–03 on the 9th is c1's, who was told: 1 h planned. The same on the 11th is c2's, who was not: 1 h × 120.00.
    promise: 'a notice to the customer of then excuses no night of the customer of now',
    facts: [
      plan(),
      handedOver,
      march(['2026-03-09 02:00', '2026-03-09 03:00'], ['2026-03-11 02:00', '2026-03-11 03:00']),
      work('w', '2026-03-09 01:00', '2026-03-12 06:00'),
      notice('w', IN_TIME),
    ],
    holds: { planned: '1h', unplanned: '1h', accrued: '120.00' },
  },
]);
