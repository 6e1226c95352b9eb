/** Clause 8.5: recorded exclusions, their overlaps, and what withdrawing one does. */
import { worked } from '../../../support/figures.ts';
import {
  exclusion,
  exclusionWithdrawn,
  lifecycle,
  march,
  notice,
  plan,
  seen,
  watched,
  work,
} from '../../../support/world.ts';

const AFTERNOON = ['2026-03-10 12:00', '2026-03-10 16:00'] as const;

worked('an approved exclusion (cl. 8.5)', [
  {
    // 4 h, of which 13–15 are excluded: 2 h × 120.00 remain.
    promise: 'takes its part out of an outage, with its reason',
    facts: [plan(), march(AFTERNOON), exclusion('2026-03-10 13:00', '2026-03-10 15:00', { reason: 'network' })],
    holds: {
      excluded: '2h',
      unplanned: '2h',
      outages: 1,
      accrued: '240.00',
      segments: [
        '03-10 12:00 – 03-10 13:00 unplanned',
        '03-10 13:00 – 03-10 15:00 excluded network',
        '03-10 15:00 – 03-10 16:00 unplanned',
      ],
    },
  },
  {
    promise: 'changes nothing where the service was up',
    facts: [plan(), march(AFTERNOON), exclusion('2026-03-10 08:00', '2026-03-10 12:00')],
    holds: { excluded: '0', unplanned: '4h', up: '740h' },
  },
  {
    promise: 'changes nothing where nothing was observed',
    facts: [plan(), seen('UUU', { from: '2026-03-10 12:00' }), exclusion('2026-03-01', '2026-03-31')],
    holds: { excluded: '0', up: '2m', unknown: '743h 58m' },
  },
  {
    promise: 'of another service changes nothing here',
    facts: [plan(), march(AFTERNOON), exclusion(...AFTERNOON, { service: 's2' })],
    holds: { excluded: '0', unplanned: '4h' },
  },
  {
    promise: 'covers several outages and leaves them apart',
    facts: [
      plan(),
      march(['2026-03-10 12:00', '2026-03-10 13:00'], ['2026-03-10 14:00', '2026-03-10 15:00']),
      exclusion(...AFTERNOON, { reason: 'customer' }),
    ],
    holds: {
      excluded: '2h',
      outages: 2,
      segments: ['03-10 12:00 – 03-10 13:00 excluded customer', '03-10 14:00 – 03-10 15:00 excluded customer'],
    },
  },
  {
    promise: 'over the end of the month counts only its part in it',
    facts: [plan(), march(['2026-03-31 22:00', '2026-04-01 02:00']), exclusion('2026-03-31 23:00', '2026-04-01 01:00')],
    holds: { excluded: '1h', unplanned: '1h' },
  },
  {
    promise: 'yields to suspension: outside comes first',
    facts: [
      plan(),
      lifecycle('2026-03-10 13:00', 'suspended'),
      lifecycle('2026-03-10 14:00', 'active'),
      march(AFTERNOON),
      exclusion(...AFTERNOON),
    ],
    holds: { outside: '1h', excluded: '3h', unplanned: '0' },
  },
]);

worked('where exclusions overlap, the one recorded first gives the reason (REPLAY.md rule 6)', [
  {
    promise: 'the later window, recorded first, wins the overlap',
    facts: [
      plan(),
      march(AFTERNOON),
      exclusion('2026-03-10 12:00', '2026-03-10 14:00', { id: 'a', reason: 'network', recorded: '2026-03-12' }),
      exclusion('2026-03-10 13:00', '2026-03-10 15:00', { id: 'b', reason: 'customer', recorded: '2026-03-11' }),
    ],
    holds: {
      excluded: '3h',
      unplanned: '1h',
      segments: [
        '03-10 12:00 – 03-10 13:00 excluded network',
        '03-10 13:00 – 03-10 15:00 excluded customer',
        '03-10 15:00 – 03-10 16:00 unplanned',
      ],
    },
  },
  {
    promise: 'one inside another splits it in two',
    facts: [
      plan(),
      march(AFTERNOON),
      exclusion(...AFTERNOON, { id: 'a', reason: 'network', recorded: '2026-03-12' }),
      exclusion('2026-03-10 13:00', '2026-03-10 14:00', { id: 'b', reason: 'customer', recorded: '2026-03-11' }),
    ],
    holds: {
      excluded: '4h',
      segments: [
        '03-10 12:00 – 03-10 13:00 excluded network',
        '03-10 13:00 – 03-10 14:00 excluded customer',
        '03-10 14:00 – 03-10 16:00 excluded network',
      ],
    },
  },
  {
    promise: 'recorded at one instant, the line that comes first wins',
    facts: [
      plan(),
      march(AFTERNOON),
      exclusion(...AFTERNOON, { id: 'a', reason: 'network', recorded: '2026-03-11' }),
      exclusion(...AFTERNOON, { id: 'b', reason: 'customer', recorded: '2026-03-11' }),
    ],
    holds: { segments: ['03-10 12:00 – 03-10 16:00 excluded network'] },
  },
  {
    promise: 'two of one reason that touch are one segment',
    facts: [
      plan(),
      march(AFTERNOON),
      exclusion('2026-03-10 12:00', '2026-03-10 14:00', { id: 'a' }),
      exclusion('2026-03-10 14:00', '2026-03-10 16:00', { id: 'b' }),
    ],
    holds: { segments: ['03-10 12:00 – 03-10 16:00 excluded force-majeure'] },
  },
]);

worked('planned comes before excluded: the first match wins', [
  {
    promise: 'planned work inside an exclusion stays planned',
    facts: [
      plan(),
      march(['2026-03-10', '2026-03-10 07:00']),
      work('w', '2026-03-10 01:00', '2026-03-10 03:00'),
      notice('w', '2026-03-01'),
      exclusion('2026-03-10 02:00', '2026-03-10 06:30', { reason: 'network' }),
    ],
    // 00–01 unplanned, 01–03 planned, 03–06:30 excluded, 06:30–07 unplanned.
    holds: { planned: '2h', excluded: '3h 30m', unplanned: '1h 30m', outages: 1, accrued: '180.00' },
  },
]);

worked('a withdrawn exclusion', [
  {
    promise: 'is as if never made, once the withdrawal is known',
    facts: [plan(), march(AFTERNOON), exclusion(...AFTERNOON), exclusionWithdrawn('x1', '2026-03-20')],
    holds: { excluded: '0', unplanned: '4h', accrued: '480.00' },
  },
  {
    promise: 'still stands as known before the withdrawal',
    facts: [plan(), march(AFTERNOON), exclusion(...AFTERNOON), exclusionWithdrawn('x1', '2026-03-20')],
    ask: { asOf: '2026-03-19 23:59:59.999' },
    holds: { excluded: '4h', unplanned: '0', accrued: '0.00' },
  },
  {
    promise: 'is gone as known at the very instant of the withdrawal',
    facts: [plan(), march(AFTERNOON), exclusion(...AFTERNOON), exclusionWithdrawn('x1', '2026-03-20')],
    ask: { asOf: '2026-03-20' },
    holds: { excluded: '0', unplanned: '4h' },
  },
  {
    promise: 'leaves its hours to another exclusion that covers them',
    facts: [
      plan(),
      march(AFTERNOON),
      exclusion(...AFTERNOON, { id: 'a', reason: 'network', recorded: '2026-03-11' }),
      exclusion('2026-03-10 15:00', '2026-03-10 18:00', { id: 'b', reason: 'customer', recorded: '2026-03-12' }),
      exclusionWithdrawn('a', '2026-03-20'),
    ],
    holds: {
      excluded: '1h',
      unplanned: '3h',
      segments: ['03-10 12:00 – 03-10 15:00 unplanned', '03-10 15:00 – 03-10 16:00 excluded customer'],
    },
  },
  {
    promise: 'an exclusion recorded after the as-of instant is not known',
    facts: [plan(), march(AFTERNOON), exclusion(...AFTERNOON, { recorded: '2026-03-20' })],
    ask: { asOf: '2026-03-15' },
    holds: { excluded: '0', unplanned: '4h' },
  },
]);

worked('a month that was closed, asked about later', [
  {
    promise: 'an exclusion made in April changes March as known from then on',
    facts: [
      plan(),
      watched({ from: '2026-03-01', to: '2026-05-01', down: [AFTERNOON] }),
      exclusion(...AFTERNOON, { recorded: '2026-04-10' }),
    ],
    ask: { asOf: '2026-05-01' },
    holds: { excluded: '4h', unplanned: '0' },
  },
]);
