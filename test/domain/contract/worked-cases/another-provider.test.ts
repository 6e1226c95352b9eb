/** A contract with other numbers: UTC−03:30, quiet hours over midnight, five days' notice, tiers, rolling 365 days. */
import { NORTHERN } from '../../../support/contracts.ts';
import { worked } from '../../../support/figures.ts';
import {
  check,
  clockOf,
  fee,
  lifecycle,
  notice,
  service,
  ticket,
  type When,
  watched,
  work,
} from '../../../support/world.ts';

/** Its clock. */
const on = clockOf(NORTHERN.offsetMinutes);
const ASK = { contract: NORTHERN, asOf: on('2026-04-01') };

function hosted(...down: (readonly [When, When])[]) {
  return [
    ...service('s1', { web: ['s1/web'] }),
    check('s1/web'),
    lifecycle(on('2024-01-01'), 'active'),
    fee(on('2024-01-01'), '100.00', 's1', 'CAD'),
    ...watched({
      from: on('2026-03-01'),
      to: on('2026-04-01'),
      down: down.map(([start, end]) => [on(start), on(end)] as const),
    }),
  ];
}

worked('its clock and quiet hours', [
  {
    promise: 'March begins at 03:30 UTC of the 1st and has 744 hours',
    facts: [hosted()],
    ask: ASK,
    holds: { up: '744h', unknown: '0', month: '03-01 00:00 – 04-01 00:00', currency: 'CAD', cap: '50.00' },
  },
  {
    // Quiet: 23:30–24:00 and 00:00–04:30. Of 22:30–05:30 that leaves an hour at each end.
    promise: 'quiet hours over midnight are one night',
    facts: [
      hosted(['2026-03-09 22:30', '2026-03-10 05:30']),
      work('w', on('2026-03-09 22:00'), on('2026-03-10 06:00')),
      notice('w', on('2026-03-01')),
    ],
    ask: ASK,
    holds: {
      planned: '5h',
      unplanned: '2h',
      segments: [
        '03-09 22:30 – 03-09 23:30 unplanned',
        '03-09 23:30 – 03-10 04:30 planned',
        '03-10 04:30 – 03-10 05:30 unplanned',
      ],
    },
  },
  {
    promise: 'a second span of quiet hours counts as well',
    facts: [
      hosted(['2026-03-10 11:45', '2026-03-10 12:15']),
      work('w', on('2026-03-10 11:00'), on('2026-03-10 13:00')),
      notice('w', on('2026-03-01')),
    ],
    ask: ASK,
    holds: { planned: '15m', unplanned: '15m' },
  },
  {
    // Five days before 10 March 00:00 is 5 March 00:00.
    promise: 'notice five days ahead is in time to the millisecond',
    facts: [
      hosted(['2026-03-10 00:00', '2026-03-10 01:00']),
      work('w', on('2026-03-10'), on('2026-03-10 01:00')),
      notice('w', on('2026-03-05')),
    ],
    ask: ASK,
    holds: { planned: '1h', unplanned: '0' },
  },
  {
    promise: 'notice a millisecond later is not',
    facts: [
      hosted(['2026-03-10 00:00', '2026-03-10 01:00']),
      work('w', on('2026-03-10'), on('2026-03-10 01:00')),
      notice('w', on('2026-03-05') + 1),
    ],
    ask: ASK,
    holds: { planned: '0', unplanned: '1h' },
  },
]);

worked('its credit: a share of 100.00 by the month’s availability, at most half of it', [
  {
    // 744 h × 0.1 % = 44 min 38.4 s: exactly 99.9 % is not below 99.9 %.
    promise: 'exactly at a tier’s limit the tier is not reached',
    facts: [hosted(['2026-03-10 10:00', '2026-03-10 10:44:38.400'])],
    ask: ASK,
    holds: { unplanned: '44m 38s 400ms', accrued: '0.00' },
  },
  {
    promise: 'one millisecond more and it is',
    facts: [hosted(['2026-03-10 10:00', '2026-03-10 10:44:38.401'])],
    ask: ASK,
    holds: { accrued: '10.00' },
  },
  {
    // 744 h × 1 % = 7 h 26 min 24 s.
    promise: 'below 99 % the next tier applies, alone',
    facts: [hosted(['2026-03-10 10:00', '2026-03-10 17:26:24.001'])],
    ask: ASK,
    holds: { accrued: '25.00' },
  },
  {
    // 744 h × 5 % = 37 h 12 min: the whole fee, but the cap is half of it.
    promise: 'the lowest tier is capped',
    facts: [hosted(['2026-03-10 10:00', '2026-03-12 10:00'])],
    ask: ASK,
    holds: { unplanned: '48h', accrued: '50.00', cap: '50.00' },
  },
]);

worked('its tally: rolling 365 days, 99.95 %', [
  {
    // 365 d × 24 h × 0.05 % = 4.38 h = 4 h 22 min 48 s; 31 days of 2025's March are out of the span.
    promise: 'the year ends with the month and began 365 days before',
    facts: [hosted(['2026-03-10 10:00', '2026-03-10 11:00'])],
    ask: ASK,
    holds: { year: '04-01 00:00 – 04-01 00:00', allowance: '4h 22m 48s', remaining: '3h 22m 48s', promise: 'at-risk' },
  },
  {
    promise: 'known earlier, it ends at that instant',
    facts: [hosted(['2026-03-10 10:00', '2026-03-10 11:00'])],
    ask: { contract: NORTHERN, asOf: on('2026-03-10 10:30') },
    holds: { year: '03-10 10:30 – 03-10 10:30', yearUnplanned: '30m', allowance: '4h 22m 48s' },
  },
  {
    promise: 'asked about a month that has not begun, it still ends at that instant',
    facts: [hosted(['2026-03-10 10:00', '2026-03-10 11:00'])],
    ask: { contract: NORTHERN, month: '2026-05', asOf: on('2026-03-10 10:30') },
    holds: { year: '03-10 10:30 – 03-10 10:30', yearUnplanned: '30m', up: '0', unknown: '0', outages: 0 },
  },
]);

worked('its requests of low priority, worked on from 22:00 to 06:00', [
  {
    // Monday 2 March 22:00 – Tuesday 06:00 is 8 h; from 20:00 to 01:00 three of them pass.
    promise: 'hours over midnight belong to the day they begin on',
    facts: [
      hosted(),
      ticket('t', 'low', [
        ['registered', on('2026-03-02 20:00')],
        ['started', on('2026-03-02 23:00')],
        ['resolved', on('2026-03-03 01:00')],
      ]),
    ],
    ask: ASK,
    holds: { tickets: ['t low: 1h kept, 3h kept'] },
  },
  {
    // Friday's night ends on Saturday 06:00; Saturday's and Sunday's do not count; Monday's begins at 22:00.
    promise: 'Friday’s night reaches into Saturday, Sunday’s is off although it ends on Monday',
    facts: [
      hosted(),
      ticket('t', 'low', [
        ['registered', on('2026-03-07 05:00')],
        ['started', on('2026-03-07 06:00')],
        ['resolved', on('2026-03-09 23:00')],
      ]),
    ],
    ask: ASK,
    holds: { tickets: ['t low: 1h kept, 2h kept'] },
  },
]);
