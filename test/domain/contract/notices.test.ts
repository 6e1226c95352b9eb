/** Notices owed, kept and missed (CONTRACT.md, Notices the provider owes; cl. 7.1, 6.3, 3.5, 5.4). */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Contracts } from '../../../src/domain/contract/contracts.ts';
import { noticesDue } from '../../../src/domain/contract/notices.ts';
import { plannedSpans } from '../../../src/domain/contract/planned-work.ts';
import type { Fact, ReplayFact } from '../../../src/domain/facts/fact.ts';
import { Ledger } from '../../../src/domain/facts/ledger.ts';
import { measure } from '../../../src/domain/time/interval-set.ts';
import { AGREEMENT, NORTHERN } from '../../support/contracts.ts';
import {
  at,
  lifecycle,
  ms,
  notice,
  plan,
  service,
  spelled,
  type When,
  work,
  workCancelled,
} from '../../support/world.ts';

const CONTRACTS = new Contracts([AGREEMENT, NORTHERN], 'builder');

function change(kind: string, start: When, more: { services?: readonly string[] | '*'; recorded?: When } = {}): Fact {
  const { services = '*', recorded = '2026-01-02' } = more;
  const told = { subject: 'new racks', by: 'operator' };
  return { type: 'change-announced', id: 'n1', kind, start: at(start), services, ...told, at: at(recorded) };
}

function notified(when: When, customer = 'c1', recorded: When = when): [Fact, When] {
  return [{ type: 'change-notified', change: 'n1', customer, at: at(when), channel: 'phone' }, recorded];
}

const withdrawn = (when: When): Fact => ({ type: 'change-withdrawn', id: 'n1', by: 'operator', at: at(when) });

/** A fact, facts, or a fact with the instant of its recording. */
type Given = Fact | readonly ReplayFact[] | readonly [Fact, When];

function ledgerWith(facts: readonly Given[]): Ledger {
  const ledger = new Ledger('hold');
  for (const given of facts) {
    if (!Array.isArray(given)) ledger.add(given as Fact);
    else if (given.length === 2 && typeof given[1] !== 'object') ledger.add(given[0] as Fact, at(given[1]));
    else for (const fact of given as readonly ReplayFact[]) ledger.add(fact);
  }
  return ledger;
}

/** `c1 planned-work w1 r1: kept, 48h` with the lead time given, or the time left. */
function listed(facts: readonly Given[], now: When): string[] {
  return noticesDue(ledgerWith(facts), CONTRACTS, at(now)).map((row) => {
    const { customer, kind, id, revision, standing, given, dueAt } = row;
    const left = dueAt === null ? 'as it happens' : `${spelled(dueAt - at(now))} left`;
    const lead = given ? `${spelled(given.leadMs)} by ${given.channel}` : left;
    return `${customer} ${kind} ${id}${revision === null ? '' : ` r${revision}`}: ${standing}, ${lead}`;
  });
}

const w = (start: When, end: When, more = {}) => work('w1', start, end, more) as Fact;
const n = (when: When, more = {}) => notice('w1', when, more) as Fact;

describe('notices owed', () => {
  it.each<[string, readonly Given[], When, string[]]>([
    [
      'cl. 7.1: exactly 48 h is in time',
      [plan(), w('2026-03-10 01:00', '2026-03-10 05:00'), n('2026-03-08 01:00')],
      '2026-03-09',
      ['c1 planned-work w1 r1: kept, 48h by mail'],
    ],
    [
      'cl. 7.1: one millisecond less is not',
      [plan(), w('2026-03-10 01:00', '2026-03-10 05:00'), n(at('2026-03-08 01:00') + 1)],
      '2026-03-09',
      ['c1 planned-work w1 r1: missed, 47h 59m 59s 999ms by mail'],
    ],
    [
      'cl. 7.1: not told yet, and there is time, up to the last instant',
      [plan(), w('2026-03-10 01:00', '2026-03-10 05:00')],
      '2026-03-08 01:00',
      ['c1 planned-work w1 r1: due, 0 left'],
    ],
    [
      'cl. 7.1: not told, and the time is past',
      [plan(), w('2026-03-10 01:00', '2026-03-10 05:00')],
      at('2026-03-08 01:00') + 1,
      ['c1 planned-work w1 r1: missed, -1ms left'],
    ],
    [
      'each customer for itself; the notice that bounced for one is still due to it',
      [
        plan(),
        service('s2', { web: ['s1/web'] }, 'c2'),
        lifecycle('2026-01-01', 'active', 's2') as Fact,
        w('2026-03-10 01:00', '2026-03-10 05:00'),
        n('2026-03-05 01:00', { customer: 'c1' }),
      ],
      '2026-03-06 01:00',
      ['c1 planned-work w1 r1: kept, 120h by mail', 'c2 planned-work w1 r1: due, 48h left'],
    ],
    [
      'an extended window needs a notice of its own',
      [
        plan(),
        w('2026-03-10 01:00', '2026-03-10 03:00'),
        n('2026-03-05 01:00'),
        w('2026-03-10 01:00', '2026-03-10 05:00', { revision: 2, recorded: '2026-03-05 02:00' }),
      ],
      '2026-03-06 01:00',
      ['c1 planned-work w1 r2: due, 48h left'],
    ],
    [
      'a shortened one does not: the customer was told of all of it',
      [
        plan(),
        w('2026-03-10 01:00', '2026-03-10 05:00'),
        n('2026-03-05 01:00'),
        w('2026-03-10 02:00', '2026-03-10 03:00', { revision: 2, recorded: '2026-03-09' }),
      ],
      '2026-03-09',
      ['c1 planned-work w1 r2: kept, 120h by mail'],
    ],
    [
      'a cancelled window owes nothing',
      [plan(), w('2026-03-10 01:00', '2026-03-10 05:00'), workCancelled('w1', '2026-03-09') as Fact],
      '2026-03-09',
      [],
    ],
    [
      'one cancelled while it ran owes the notice of what lay before',
      [plan(), w('2026-03-10 01:00', '2026-03-10 05:00'), workCancelled('w1', '2026-03-10 02:00') as Fact],
      '2026-03-11',
      ['c1 planned-work w1 r1: missed, -71h left'],
    ],
    [
      'nor is the notice of an extension owed that was cancelled before it began',
      [
        plan(),
        w('2026-03-10 01:00', '2026-03-10 03:00'),
        n('2026-03-05 01:00'),
        w('2026-03-10 01:00', '2026-03-10 05:00', { revision: 2, recorded: '2026-03-10' }),
        workCancelled('w1', '2026-03-10 02:00') as Fact,
      ],
      '2026-03-11',
      ['c1 planned-work w1 r2: kept, 120h by mail'],
    ],
    [
      'a customer whose service is not active at the start is owed nothing',
      [plan(), lifecycle('2026-03-01', 'suspended') as Fact, w('2026-03-10 01:00', '2026-03-10 05:00')],
      '2026-03-06',
      [],
    ],
    [
      'cl. 6.3: a change of the server configuration, 48 h',
      [plan(), change('configuration-change', '2026-03-10 12:00'), notified('2026-03-08 12:00')],
      '2026-03-09',
      ['c1 configuration-change n1: kept, 48h by phone'],
    ],
    [
      'cl. 6.3: a millisecond less',
      [plan(), change('configuration-change', '2026-03-10 12:00'), notified(at('2026-03-08 12:00') + 1)],
      '2026-03-09',
      ['c1 configuration-change n1: missed, 47h 59m 59s 999ms by phone'],
    ],
    [
      'cl. 3.5: a move to another platform, 30 days',
      [plan(), change('platform-move', '2026-03-10 12:00')],
      '2026-02-07 12:00',
      ['c1 platform-move n1: due, 24h left'],
    ],
    [
      'cl. 3.5: at the last instant in time it is still due',
      [plan(), change('platform-move', '2026-03-10 12:00')],
      '2026-02-08 12:00',
      ['c1 platform-move n1: due, 0 left'],
    ],
    [
      'cl. 5.4: over-use, up to the block itself',
      [plan(), change('over-use', '2026-03-10 12:00', { services: ['s1'] }), notified('2026-03-10 12:00')],
      '2026-03-11',
      ['c1 over-use n1: kept, 0 by phone'],
    ],
    [
      'cl. 5.4: but not after it',
      [plan(), change('over-use', '2026-03-10 12:00', { services: ['s1'] }), notified('2026-03-10 12:01')],
      '2026-03-11',
      ['c1 over-use n1: missed, -1m by phone'],
    ],
    [
      'cl. 7.1: an incident is told as it happens: due until it is, then kept, with its delay',
      [plan(), change('incident', '2026-03-10 12:00', { recorded: '2026-03-10 12:01' })],
      '2026-03-10 12:30',
      ['c1 incident n1: due, as it happens'],
    ],
    [
      'cl. 7.1: an incident told',
      [plan(), change('incident', '2026-03-10 12:00', { recorded: '2026-03-10 12:01' }), notified('2026-03-10 12:05')],
      '2026-03-10 12:30',
      ['c1 incident n1: kept, -5m by phone'],
    ],
    [
      'a change called off owes nothing',
      [plan(), change('platform-move', '2026-03-10'), withdrawn('2026-02-01')],
      '2026-03-01',
      [],
    ],
    [
      'a notice counts from when it was given, once it is recorded',
      [plan(), change('configuration-change', '2026-03-10'), notified('2026-03-07', 'c1', '2026-03-09 10:00')],
      '2026-03-09 10:00',
      ['c1 configuration-change n1: kept, 72h by phone'],
    ],
    [
      'and is not known before',
      [plan(), change('configuration-change', '2026-03-10'), notified('2026-03-07', 'c1', '2026-03-09 10:00')],
      '2026-03-09 09:59',
      ['c1 configuration-change n1: missed, -33h 59m left'],
    ],
    [
      'the lead time is that of the contract a service names; a kind that it does not know is not owed',
      [
        plan(),
        service('s2', { web: ['s1/web'] }, 'c2').map((fact) =>
          fact.type === 'service' ? { ...fact, contract: 'northern' } : fact,
        ),
        lifecycle('2026-01-01', 'active', 's2') as Fact,
        w('2026-03-10 01:00', '2026-03-10 05:00'),
        n('2026-03-06 01:00', { customer: 'c1' }),
        n('2026-03-06 01:00', { customer: 'c2' }),
      ],
      '2026-03-09',
      ['c1 planned-work w1 r1: kept, 96h by mail', 'c2 planned-work w1 r1: missed, 96h by mail'],
    ],
  ])('%s', (_promise, facts, now, rows) => {
    expect(listed(facts, now)).toEqual(rows);
  });

  it('a window’s notice is kept exactly where all of its quiet hours are planned', () => {
    const hour = fc.integer({ min: 0, max: 4 });
    const revision = fc.record({
      from: hour,
      length: fc.integer({ min: 1, max: 3 }),
      told: fc.integer({ min: -2, max: 2 }),
    });
    fc.assert(
      fc.property(fc.array(revision, { minLength: 1, maxLength: 4 }), (revisions) => {
        // Windows in the night of 10 March, within quiet hours; told so many hours before the last instant in time.
        const facts = revisions.flatMap(({ from, length, told }, i): Fact[] => {
          const start = at('2026-03-10 01:00') + from * ms('1h');
          const window = w(start, Math.min(start + length * ms('1h'), at('2026-03-10 06:00')), { revision: i + 1 });
          return [window, n(start - ms('48h') - told * ms('1h'), { revision: i + 1 })];
        });
        const now = at('2026-03-12');
        const ledger = ledgerWith([plan(), ...facts]);
        const standing = facts.at(-2);
        if (standing?.type !== 'work') throw new Error('the last window stands');
        const planned = plannedSpans({
          ledger,
          contract: AGREEMENT,
          service: 's1',
          customer: 'c1',
          asOf: now,
          period: { start: standing.start, end: standing.end },
        });
        const whole = measure(planned) === standing.end - standing.start;
        const [row] = noticesDue(ledger, CONTRACTS, now);
        expect(row?.standing).toBe(whole ? 'kept' : 'missed');
      }),
      { numRuns: 500 },
    );
  });
});
