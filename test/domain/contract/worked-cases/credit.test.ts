/** Clause 8.3: 1 % of the monthly fee for each hour of unplanned downtime, at most 100 %; s1 pays 12 000.00. */
import { AGREEMENT, crediting, ratio } from '../../../support/contracts.ts';
import { worked } from '../../../support/figures.ts';
import { at, check, claim, fee, lifecycle, march, plan, service, watched } from '../../../support/world.ts';

worked('1 % of the fee for each hour, to the millisecond (cl. 8.3)', [
  {
    promise: 'an hour of 12 000.00 is 120.00',
    facts: [plan(), march(['2026-03-10 12:00', '2026-03-10 13:00'])],
    holds: { accrued: '120.00', claimed: '0.00', cap: '12000.00', currency: 'KZT' },
  },
  {
    // 1 200 000 tiyn ÷ (100 × 3 600 000 ms) is 1/300 tiyn a millisecond: 150 ms are exactly half a tiyn.
    promise: 'half a tiyn is rounded away from zero',
    facts: [plan(), march(['2026-03-10 12:00', '2026-03-10 12:00:00.150'])],
    holds: { accrued: '0.01' },
  },
  {
    promise: 'a millisecond less is rounded to nothing',
    facts: [plan(), march(['2026-03-10 12:00', '2026-03-10 12:00:00.149'])],
    holds: { unplanned: '149ms', accrued: '0.00' },
  },
  {
    // 75 ms and 75 ms: ¼ + ¼ tiyn.
    promise: 'is rounded once, not once an outage',
    facts: [
      plan(),
      march(['2026-03-10 12:00', '2026-03-10 12:00:00.075'], ['2026-03-11 12:00', '2026-03-11 12:00:00.075']),
    ],
    holds: { outages: 2, accrued: '0.01' },
  },
]);

worked('the fee in force when it happened (cl. 5)', [
  {
    // 12–13 at 12 000 and 13–14 at 18 000: 120 + 180.
    promise: 'a fee that changes in an outage divides it',
    facts: [plan(), fee('2026-03-10 13:00', '18000.00'), march(['2026-03-10 12:00', '2026-03-10 14:00'])],
    holds: { accrued: '300.00', cap: '18000.00', outages: 1, segments: ['03-10 12:00 – 03-10 14:00 unplanned'] },
  },
  {
    // 75 ms at each fee: ¼ tiyn + ⅜ tiyn = ⅝.
    promise: 'is rounded once over both fees',
    facts: [plan(), fee('2026-03-10 12:00:00.075', '18000.00'), march(['2026-03-10 12:00', '2026-03-10 12:00:00.150'])],
    holds: { accrued: '0.01' },
  },
  {
    promise: 'a fee of last year still in force counts; one of next month does not',
    facts: [plan(), fee('2026-04-01', '99000.00'), march(['2026-03-10 12:00', '2026-03-10 13:00'])],
    holds: { accrued: '120.00', cap: '12000.00' },
  },
  {
    promise: 'before the first fee nothing is owed',
    facts: [
      service('s1', { web: ['s1/web'] }),
      check('s1/web'),
      lifecycle('2026-01-01', 'active'),
      fee('2026-03-10 13:00', '12000.00'),
      march(['2026-03-10 12:00', '2026-03-10 14:00']),
    ],
    holds: { unplanned: '2h', accrued: '120.00' },
  },
  {
    promise: 'without any fee credit and cap are nothing, in the contract’s currency',
    facts: [
      service('s1', { web: ['s1/web'] }),
      check('s1/web'),
      lifecycle('2026-01-01', 'active'),
      march(['2026-03-10 12:00', '2026-03-10 14:00']),
    ],
    holds: { unplanned: '2h', accrued: '0.00', cap: '0.00', currency: 'KZT' },
  },
  {
    promise: 'of two fees from one instant the line that comes last counts',
    facts: [
      plan(),
      fee('2026-03-01', '24000.00'),
      fee('2026-03-01', '18000.00'),
      march(['2026-03-10 12:00', '2026-03-10 13:00']),
    ],
    holds: { accrued: '180.00', cap: '18000.00' },
  },
  {
    promise: 'a currency left behind in an earlier month is no obstacle',
    facts: [
      plan(),
      fee('2026-02-01', '25.00', 's1', 'USD'),
      fee('2026-03-01', '18000.00'),
      march(['2026-03-10 12:00', '2026-03-10 13:00']),
    ],
    holds: { accrued: '180.00', currency: 'KZT' },
  },
]);

worked('at most 100 % of the monthly fee (cl. 8.3)', [
  {
    // 1 March 00:00 + 100 h = 5 March 04:00.
    promise: '100 h reach the cap exactly',
    facts: [plan(), march(['2026-03-01', '2026-03-05 04:00'])],
    holds: { unplanned: '100h', accrued: '12000.00' },
  },
  {
    promise: 'three outages of 40 h share one cap: 120 h are 100 %, not 120 %',
    facts: [
      plan(),
      march(['2026-03-02', '2026-03-03 16:00'], ['2026-03-12', '2026-03-13 16:00'], ['2026-03-22', '2026-03-23 16:00']),
    ],
    holds: { unplanned: '120h', outages: 3, accrued: '12000.00', cap: '12000.00' },
  },
  {
    promise: 'each month has a cap of its own',
    facts: [plan(), watched({ from: '2026-03-01', to: '2026-05-01', down: [['2026-03-20', '2026-04-20']] })],
    ask: { month: '2026-04', asOf: '2026-05-01' },
    holds: { unplanned: '456h', accrued: '12000.00' },
  },
  {
    // 120 h at 6 000.00: 7 200.00, above that fee, below the month's highest.
    promise: 'is that of the highest fee in force in the month, also where it came after the outage',
    facts: [plan(), fee('2026-03-01', '6000.00'), fee('2026-03-31', '12000.00'), march(['2026-03-02', '2026-03-07'])],
    holds: { unplanned: '120h', accrued: '7200.00', cap: '12000.00' },
  },
  {
    // 60 h × 1 % of 12 000 + 60 h × 1 % of 6 000 = 10 800.
    promise: 'a fee lowered in the month leaves the higher cap',
    facts: [plan(), fee('2026-03-04 12:00', '6000.00'), march(['2026-03-02', '2026-03-07'])],
    holds: { accrued: '10800.00', cap: '12000.00' },
  },
  {
    promise: 'a contract with a cap of half the fee',
    facts: [plan(), march(['2026-03-02', '2026-03-07'])],
    ask: { contract: crediting(AGREEMENT, { cap: ratio(1, 2) }) },
    holds: { accrued: '6000.00', cap: '6000.00' },
  },
]);

const FULL = crediting(AGREEMENT, { scheme: { kind: 'hourly', perHour: ratio(1, 100), hours: 'full' } });
const STARTED = crediting(AGREEMENT, { scheme: { kind: 'hourly', perHour: ratio(1, 100), hours: 'started' } });

worked('settings full and started count the hours of the month’s total', [
  {
    promise: 'full: one millisecond short of two hours is one',
    facts: [plan(), march(['2026-03-10 12:00', '2026-03-10 13:59:59.999'])],
    ask: { contract: FULL },
    holds: { accrued: '120.00' },
  },
  {
    promise: 'full: two outages of 40 min make one hour',
    facts: [plan(), march(['2026-03-10 12:00', '2026-03-10 12:40'], ['2026-03-11 12:00', '2026-03-11 12:40'])],
    ask: { contract: FULL },
    holds: { accrued: '120.00' },
  },
  {
    promise: 'full: 59 min are nothing',
    facts: [plan(), march(['2026-03-10 12:00', '2026-03-10 12:59'])],
    ask: { contract: FULL },
    holds: { accrued: '0.00' },
  },
  {
    promise: 'started: a millisecond over one hour is two',
    facts: [plan(), march(['2026-03-10 12:00', '2026-03-10 13:00:00.001'])],
    ask: { contract: STARTED },
    holds: { accrued: '240.00' },
  },
  {
    promise: 'started: exactly one hour is one',
    facts: [plan(), march(['2026-03-10 12:00', '2026-03-10 13:00'])],
    ask: { contract: STARTED },
    holds: { accrued: '120.00' },
  },
  {
    promise: 'started: no downtime is no hour',
    facts: [plan(), march()],
    ask: { contract: STARTED },
    holds: { accrued: '0.00', outages: 0 },
  },
  {
    // 45 min at 12 000 and 45 min at 24 000 are 90 + 180 = 270 for 90 min; 60 of them: 180.
    promise: 'full, over a fee change: both fees in proportion',
    facts: [plan(), fee('2026-03-10 12:45', '24000.00'), march(['2026-03-10 12:00', '2026-03-10 13:30'])],
    ask: { contract: FULL },
    holds: { accrued: '180.00' },
  },
]);

worked('claims (cl. 8.1): a claim covers every outage that overlaps its day, whole, the part in this month', [
  {
    promise: 'an outage over midnight is claimed whole by either of its days',
    facts: [plan(), march(['2026-03-10 23:00', '2026-03-11 02:00']), claim('2026-03-11')],
    holds: { accrued: '360.00', claimed: '360.00' },
  },
  {
    promise: 'two claims on one outage cover it once',
    facts: [plan(), march(['2026-03-10 23:00', '2026-03-11 02:00']), claim('2026-03-10'), claim('2026-03-11')],
    holds: { claimed: '360.00' },
  },
  {
    promise: 'one claim covers both outages of its day',
    facts: [
      plan(),
      march(
        ['2026-03-10 12:00', '2026-03-10 13:00'],
        ['2026-03-10 20:00', '2026-03-10 22:00'],
        ['2026-03-15 12:00', '2026-03-15 13:00'],
      ),
      claim('2026-03-10'),
    ],
    holds: { accrued: '480.00', claimed: '360.00' },
  },
  {
    promise: 'a claim for a day without an outage claims nothing',
    facts: [plan(), march(['2026-03-10 12:00', '2026-03-10 13:00']), claim('2026-03-11')],
    holds: { accrued: '120.00', claimed: '0.00' },
  },
  {
    promise: 'an outage that ends at midnight does not touch the next day',
    facts: [plan(), march(['2026-03-10 22:00', '2026-03-11 00:00']), claim('2026-03-11')],
    holds: { claimed: '0.00' },
  },
  {
    promise: 'one that begins at midnight does not touch the day before',
    facts: [plan(), march(['2026-03-11 00:00', '2026-03-11 02:00']), claim('2026-03-10')],
    holds: { claimed: '0.00' },
  },
  {
    promise: 'over a month’s end: April’s day claims March’s part in March',
    facts: [plan(), march(['2026-03-31 23:00', '2026-04-01 02:00']), claim('2026-04-01', '2026-04-01 12:00')],
    holds: { accrued: '120.00', claimed: '120.00' },
  },
  {
    promise: 'and March’s day claims April’s part in April',
    facts: [
      plan(),
      watched({ from: '2026-03-01', to: '2026-05-01', down: [['2026-03-31 23:00', '2026-04-01 02:00']] }),
      claim('2026-03-31'),
    ],
    ask: { month: '2026-04', asOf: '2026-05-01' },
    holds: { accrued: '240.00', claimed: '240.00' },
  },
  {
    promise: 'a claim made after the as-of instant is not known',
    facts: [plan(), march(['2026-03-10 12:00', '2026-03-10 13:00']), claim('2026-03-10', '2026-03-20')],
    ask: { asOf: '2026-03-19' },
    holds: { accrued: '120.00', claimed: '0.00' },
  },
  {
    promise: 'the claim of another service claims nothing here',
    facts: [plan(), march(['2026-03-10 12:00', '2026-03-10 13:00']), claim('2026-03-10', '2026-03-20', 's2')],
    holds: { claimed: '0.00' },
  },
  {
    promise: 'claimed credit is capped as well',
    facts: [plan(), march(['2026-03-02', '2026-03-08']), claim('2026-03-05')],
    holds: { unplanned: '144h', claimed: '12000.00' },
  },
  {
    promise: 'with full hours, the hours are those of what is claimed',
    facts: [
      plan(),
      march(['2026-03-10 12:00', '2026-03-10 12:40'], ['2026-03-11 12:00', '2026-03-11 13:20']),
      claim('2026-03-11'),
    ],
    ask: { contract: FULL },
    // 2 h in all; 1 h 20 min claimed: 1 h.
    holds: { accrued: '240.00', claimed: '120.00' },
  },
  {
    // 1 h at 24 000 and 59 min at 12 000: 240 + 118 = 358 for 119 min, of which 60 count: 180.504. Claimed is the hour: 240.
    promise:
      'with full hours and two fees, the part claimed may earn more than the whole: the lost minutes are not its own',
    facts: [
      plan(),
      fee('2026-03-01', '24000.00'),
      fee('2026-03-11', '12000.00'),
      march(['2026-03-10 12:00', '2026-03-10 13:00'], ['2026-03-15 12:00', '2026-03-15 12:59']),
      claim('2026-03-10'),
    ],
    ask: { contract: FULL },
    holds: { accrued: '180.50', claimed: '240.00' },
  },
  {
    promise: 'a day is one of the contract clock: 20:00 UTC of the 9th lies in the 10th',
    facts: [plan(), march([at('2026-03-10 01:00'), at('2026-03-10 01:30')]), claim('2026-03-10')],
    holds: { claimed: '60.00' },
  },
]);
