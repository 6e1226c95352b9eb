/** A new edition of the contract applies only from its date. */
import { AGREEMENT, amended, crediting, daily, EDITION_2026, ratio, reissued } from '../../../support/contracts.ts';
import { worked } from '../../../support/figures.ts';
import { at, march, notice, plan, ticket, watched, work } from '../../../support/world.ts';

const CREDIT = EDITION_2026.credit;
const TWO_PERCENT = { ...CREDIT, scheme: { kind: 'hourly', perHour: ratio(2, 100), hours: 'exact' } } as const;

worked('an edition that takes force within a month', [
  {
    // 12–13 at 1 %, 13–14 at 2 % of 12 000: 120 + 240.
    promise: 'credits by its own percent, from its instant on',
    facts: [plan(), march(['2026-03-10 12:00', '2026-03-10 14:00'])],
    ask: { contract: reissued(AGREEMENT, at('2026-03-10 13:00'), { credit: TWO_PERCENT }) },
    holds: { accrued: '360.00', outages: 1, segments: ['03-10 12:00 – 03-10 14:00 unplanned'] },
  },
  {
    // Before the 15th quiet hours are 01–06: 5 h. From then on 02–04: 2 h of 5.
    promise: 'has its own quiet hours',
    facts: [
      plan(),
      march(['2026-03-10 01:00', '2026-03-10 06:00'], ['2026-03-20 01:00', '2026-03-20 06:00']),
      work('a', '2026-03-10 01:00', '2026-03-10 06:00'),
      work('b', '2026-03-20 01:00', '2026-03-20 06:00'),
      notice('a', '2026-03-01'),
      notice('b', '2026-03-01'),
    ],
    ask: {
      contract: reissued(AGREEMENT, at('2026-03-15'), {
        plannedWork: { quietHours: [daily('02:00', '04:00')], leadMs: 48 * 3_600_000, clause: '7.1' },
      }),
    },
    holds: { planned: '7h', unplanned: '3h' },
  },
  {
    // In force from 03:00 of a night of work: 01–03 by the old hours, 03–04 by the new.
    promise: 'takes force in the middle of a night',
    facts: [
      plan(),
      march(['2026-03-10 01:00', '2026-03-10 06:00']),
      work('a', '2026-03-10 01:00', '2026-03-10 06:00'),
      notice('a', '2026-03-01'),
    ],
    ask: {
      contract: reissued(AGREEMENT, at('2026-03-10 03:00'), {
        plannedWork: { quietHours: [daily('02:00', '04:00')], leadMs: 48 * 3_600_000, clause: '7.1' },
      }),
    },
    holds: {
      planned: '3h',
      unplanned: '2h',
      segments: ['03-10 01:00 – 03-10 04:00 planned', '03-10 04:00 – 03-10 06:00 unplanned'],
    },
  },
  {
    promise: 'asks for its own lead time, by the start of the revision',
    facts: [
      plan(),
      march(['2026-03-10 01:00', '2026-03-10 02:00'], ['2026-03-20 01:00', '2026-03-20 02:00']),
      work('a', '2026-03-10 01:00', '2026-03-10 02:00'),
      work('b', '2026-03-20 01:00', '2026-03-20 02:00'),
      notice('a', '2026-03-08 01:00'),
      notice('b', '2026-03-18 01:00'),
    ],
    ask: {
      contract: reissued(AGREEMENT, at('2026-03-15'), {
        plannedWork: { ...EDITION_2026.plannedWork, leadMs: 72 * 3_600_000 },
      }),
    },
    holds: {
      segments: ['03-10 01:00 – 03-10 02:00 planned', '03-20 01:00 – 03-20 02:00 unplanned'],
    },
  },
  {
    // 120 h at 1 %: 14 400; the caps are 50 % (6 000) until the 15th and 100 % after: the higher one.
    promise: 'with another cap: the higher of the two is the month’s',
    facts: [plan(), march(['2026-03-02', '2026-03-07'])],
    ask: {
      contract: reissued(crediting(AGREEMENT, { cap: ratio(1, 2) }), at('2026-03-15'), { credit: CREDIT }),
    },
    holds: { accrued: '12000.00', cap: '12000.00' },
  },
  {
    // 90 + 90 min = 3 h, not 1 h + 1 h.
    promise: 'that counts full hours as the one before loses none between the two',
    facts: [plan(), march(['2026-03-10 12:00', '2026-03-10 15:00'])],
    ask: {
      contract: reissued(
        crediting(AGREEMENT, { scheme: { ...TWO_PERCENT.scheme, hours: 'full' } }),
        at('2026-03-10 13:30'),
        {},
      ),
    },
    holds: { accrued: '720.00' },
  },
  {
    // Full: 90 min are 1 h, 120.00. Exact: 45 min are 90.00.
    promise: 'that counts hours otherwise counts its own',
    facts: [plan(), march(['2026-03-10 12:00', '2026-03-10 14:15'])],
    ask: {
      contract: reissued(
        crediting(AGREEMENT, { scheme: { kind: 'hourly', perHour: ratio(1, 100), hours: 'full' } }),
        at('2026-03-10 13:30'),
        { credit: CREDIT },
      ),
    },
    holds: { accrued: '210.00' },
  },
]);

worked('an edition that takes force within a year', [
  {
    // 181 d at 0.2 % + 184 d at 0.1 %: 8.688 h + 4.416 h = 13.104 h.
    promise: 'changes the allowance from its date only',
    facts: [plan()],
    ask: {
      month: '2026-12',
      asOf: '2027-01-01',
      contract: reissued(AGREEMENT, at('2026-07-01'), { target: ratio(999, 1000) }),
    },
    holds: { allowance: '13h 6m 14s 400ms' },
  },
  {
    // 999 of 1000 min in June: fine for 99.8 %, and for 99.9 % exactly; in July under 99.95 %.
    promise: 'the standing is held against the target in force',
    facts: [
      plan(),
      watched({ from: '2026-06-10', to: '2026-06-10 16:40', down: [['2026-06-10', '2026-06-10 00:01']] }),
    ],
    ask: {
      month: '2026-07',
      asOf: '2026-08-01',
      contract: reissued(AGREEMENT, at('2026-07-01'), { target: ratio(9995, 10_000) }),
    },
    holds: { promise: 'at-risk' },
  },
  {
    promise: 'and before its date against the old one',
    facts: [
      plan(),
      watched({ from: '2026-06-10', to: '2026-06-10 16:40', down: [['2026-06-10', '2026-06-10 00:01']] }),
    ],
    ask: {
      month: '2026-06',
      asOf: '2026-07-01',
      contract: reissued(AGREEMENT, at('2026-07-01'), { target: ratio(9995, 10_000) }),
    },
    holds: { promise: 'kept' },
  },
]);

worked('a contract whose first edition is dated', [
  {
    // In force from 17 February: 318 d × 24 h × 0.2 % = 15.264 h.
    promise: 'allows for the time from its date, and a window before that date is not planned',
    facts: [
      plan(),
      watched({ from: '2026-01-01', to: '2026-04-01', down: [['2026-01-20 01:00', '2026-01-20 02:00']] }),
      work('w', '2026-01-20 01:00', '2026-01-20 02:00'),
      notice('w', '2026-01-10'),
    ],
    ask: { contract: amended(AGREEMENT, { from: at('2026-02-17') }) },
    holds: { allowance: '15h 15m 50s 400ms', yearUnplanned: '1h', unplanned: '0' },
  },
  {
    promise: 'promised nothing about requests registered before that date',
    facts: [
      plan(),
      ticket('before', 'high', [['registered', '2026-02-16 23:59:59.999']]),
      ticket('after', 'high', [['registered', '2026-02-17']]),
    ],
    ask: { month: '2026-02', asOf: '2026-03-01', contract: amended(AGREEMENT, { from: at('2026-02-17') }) },
    holds: { tickets: ['after high: not yet missed, not yet missed'] },
  },
  {
    promise: 'owes nothing for a month before that date, but measures it',
    facts: [
      plan(),
      watched({ from: '2026-01-01', to: '2026-02-01', down: [['2026-01-20 02:00', '2026-01-20 03:00']] }),
      work('w', '2026-01-20 02:00', '2026-01-20 03:00'),
      notice('w', '2026-01-10'),
    ],
    ask: { month: '2026-01', asOf: '2026-02-01', contract: amended(AGREEMENT, { from: at('2026-02-17') }) },
    holds: { up: '743h', planned: '0', unplanned: '1h', accrued: '0.00', cap: '0.00' },
  },
]);
