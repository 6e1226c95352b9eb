/** A service that names the second shipped contract is computed by it: from files to a statement, with no code for it. */
import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { definitionsOf } from '../../src/app/registration.ts';
import type { Configuration } from '../../src/config/configuration.ts';
import { Contracts } from '../../src/domain/contract/contracts.ts';
import { computeStatement } from '../../src/domain/contract/statement.ts';
import type { Statement } from '../../src/domain/contract/statement-result.ts';
import type { ReplayFact } from '../../src/domain/facts/fact.ts';
import { ledgerOf } from '../../src/domain/facts/ledger.ts';
import { figuresOf } from '../support/figures.ts';
import { clockOf, notice, type When, watched, work } from '../support/world.ts';
import { configurationOf } from './folder.ts';

const OFFSET = -(3 * 60 + 30);
const on = clockOf(OFFSET);

/** In its first year from 10 February 2026: 141 days under the first edition (19 + 31 + 30 + 31 + 30), 224 under the second. */
const SERVICES = `customers:
  - { id: c1, name: Fishery, email: ops@fishery.example, locale: en }
services:
  - id: north
    customer: c1
    contract: northern-example
    lifecycle: [{ from: 2026-02-10T00:00:00-03:30, status: active }]
    fees: [{ from: 2026-02-10T00:00:00-03:30, monthly: { amount: "100.00", currency: CAD } }]
    components:
      web: { checks: [{ id: home, http: "https://fishery.example/" }] }
`;

let configuration: Configuration;

beforeAll(async () => {
  configuration = await configurationOf({
    'contracts/northern-example.yaml': await readFile('config/contracts/northern-example.yaml', 'utf8'),
    'services/acme.yaml': SERVICES,
  });
});

interface Case {
  readonly down: readonly (readonly [When, When])[];
  readonly facts?: readonly ReplayFact[];
  readonly month: '2026-06' | '2026-07';
}

function statementOf({ down, facts = [], month }: Case): Statement {
  const contracts = new Contracts(configuration.contracts, configuration.defaultContract);
  const seen = watched({
    check: 'north/web/home',
    from: on('2026-02-10'),
    to: on('2026-08-01'),
    down: down.map(([start, end]) => [on(start), on(end)] as const),
  });
  const ledger = ledgerOf([...definitionsOf(configuration), ...seen, ...facts]);
  const asOf = on('2026-08-01');
  const contract = contracts.ofService(ledger, 'north', asOf) ?? contracts.default;
  return computeStatement({ ledger, contract, service: 'north', month, asOf });
}

/** A night's window of eight hours, from 21:00, with a notice. */
function night(day: string, next: string, told: When): readonly ReplayFact[] {
  return [work('w', on(`${day} 21:00`), on(`${next} 05:00`)), notice('w', on(told))];
}

describe('the second shipped contract', () => {
  it.each<[string, Case, Partial<ReturnType<typeof figuresOf>>]>([
    // 720 h less 8 h is 98.88 %: below 99.0 %.
    [
      'June, 8 h: the first edition’s second tier, 25 %',
      { month: '2026-06', down: [['2026-06-10 10:00', '2026-06-10 18:00']] },
      {
        month: '06-01 00:00 – 07-01 00:00',
        up: '712h',
        unplanned: '8h',
        accrued: '25.00',
        cap: '50.00',
        currency: 'CAD',
      },
    ],
    // 744 h less 8 h is 98.92 %.
    [
      'July, 8 h: the second edition’s second tier, 30 %',
      { month: '2026-07', down: [['2026-07-10 10:00', '2026-07-10 18:00']] },
      { up: '736h', unplanned: '8h', accrued: '30.00' },
    ],
    // 744 h less 40 h is 94.62 %: below 95.0 %, 100 % of the fee, of which the cap leaves half.
    [
      'July, 40 h: the third tier, capped',
      { month: '2026-07', down: [['2026-07-10 10:00', '2026-07-12 02:00']] },
      { unplanned: '40h', accrued: '50.00' },
    ],
    // 0.1 % of 720 h is 43 min 12 s: exactly 99.9 % is not below it.
    [
      'June at exactly 99.9 %: nothing',
      { month: '2026-06', down: [['2026-06-10 10:00', '2026-06-10 10:43:12']] },
      { unplanned: '43m 12s', accrued: '0.00' },
    ],
    [
      'June a millisecond under 99.9 %: 10 %',
      { month: '2026-06', down: [['2026-06-10 10:00', '2026-06-10 10:43:12.001']] },
      { accrued: '10.00' },
    ],
    // Quiet 23:30–04:30. What is left, 3 h, is 99.58 %.
    [
      'a June night with notice: five quiet hours over midnight are planned',
      {
        month: '2026-06',
        down: [['2026-06-10 21:00', '2026-06-11 05:00']],
        facts: night('2026-06-10', '2026-06-11', '2026-06-06 21:00'),
      },
      {
        planned: '5h',
        unplanned: '3h',
        accrued: '10.00',
        segments: [
          '06-10 21:00 – 06-10 23:30 unplanned',
          '06-10 23:30 – 06-11 04:30 planned',
          '06-11 04:30 – 06-11 05:00 unplanned',
        ],
      },
    ],
    [
      'the same night told a millisecond less than 72 h ahead: none',
      {
        month: '2026-06',
        down: [['2026-06-10 21:00', '2026-06-11 05:00']],
        facts: night('2026-06-10', '2026-06-11', on('2026-06-07 21:00') + 1),
      },
      { planned: '0', unplanned: '8h' },
    ],
    // Quiet 22:00–02:00; 4 h left is 99.46 %. Told five days ahead to the millisecond.
    [
      'a July night with notice: four',
      {
        month: '2026-07',
        down: [['2026-07-10 21:00', '2026-07-11 05:00']],
        facts: night('2026-07-10', '2026-07-11', '2026-07-05 21:00'),
      },
      { planned: '4h', unplanned: '4h', accrued: '15.00' },
    ],
    [
      'a July night told four days ahead, in time in June: none',
      {
        month: '2026-07',
        down: [['2026-07-10 21:00', '2026-07-11 05:00']],
        facts: night('2026-07-10', '2026-07-11', '2026-07-06 21:00'),
      },
      { planned: '0', unplanned: '8h', accrued: '30.00' },
    ],
    // 0.05 % of 141 days and 0.1 % of 224 is 0.2945 days, 7 h 4 min 4.8 s.
    [
      'the service’s year: its allowance is of both editions',
      { month: '2026-07', down: [['2026-05-01 00:00', '2026-05-01 07:04:04.800']] },
      {
        year: '02-10 00:00 – 08-01 00:00',
        yearUnplanned: '7h 4m 4s 800ms',
        allowance: '7h 4m 4s 800ms',
        remaining: '0',
        promise: 'at-risk',
      },
    ],
  ])('%s', (_promise, question, holds) => {
    expect(figuresOf(statementOf(question), OFFSET)).toMatchObject(holds);
  });
});
