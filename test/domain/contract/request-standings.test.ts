/** Requests as whoever works on them sees them: state and time left (cl. 7.2), sums by customer and of all. */
import { describe, expect, it } from 'vitest';
import { Contracts } from '../../../src/domain/contract/contracts.ts';
import { countByCustomer, countRequests, requestStandings } from '../../../src/domain/contract/request-standings.ts';
import type { ReplayFact, TicketEvent, TicketPriority } from '../../../src/domain/facts/fact.ts';
import { ledgerOf } from '../../../src/domain/facts/ledger.ts';
import { AGREEMENT } from '../../support/contracts.ts';
import { at, plan, service, spelled, ticket, type When } from '../../support/world.ts';

const CONTRACTS = new Contracts([AGREEMENT], 'builder');

function standings(facts: readonly ReplayFact[], now: When) {
  return requestStandings(ledgerOf([...plan(), ...facts]), CONTRACTS, at(now));
}

const left = (ms: number | null): string => (ms === null ? 'none' : spelled(ms));

describe('a request', () => {
  it.each<[string, TicketPriority, [TicketEvent, When][], When, string]>([
    [
      'high, just registered: 1 h and 8 h',
      'high',
      [['registered', '2026-03-10 10:00']],
      '2026-03-10 10:00',
      'registered, 1h, 8h',
    ],
    [
      'high, at night: the clock runs',
      'high',
      [['registered', '2026-03-10 23:30']],
      '2026-03-11 00:15',
      'registered, 15m, 7h 15m',
    ],
    [
      'high, overdue: less than nothing is left',
      'high',
      [['registered', '2026-03-10 10:00']],
      '2026-03-10 11:30',
      'registered, -30m, 6h 30m',
    ],
    [
      'started: nothing is left of the response',
      'high',
      [
        ['registered', '2026-03-10 10:00'],
        ['started', '2026-03-10 10:20'],
      ],
      '2026-03-10 12:00',
      'started, none, 6h',
    ],
    [
      'waiting for the customer: the resolution clock stands still',
      'high',
      [
        ['registered', '2026-03-10 10:00'],
        ['started', '2026-03-10 10:20'],
        ['waiting', '2026-03-10 12:00'],
      ],
      '2026-03-15 12:00',
      'waiting, none, 6h',
    ],
    [
      'resumed: it goes on',
      'high',
      [
        ['registered', '2026-03-10 10:00'],
        ['started', '2026-03-10 10:20'],
        ['waiting', '2026-03-10 12:00'],
        ['resumed', '2026-03-11 12:00'],
      ],
      '2026-03-11 13:00',
      'started, none, 5h',
    ],
    [
      'waiting before any work: the response clock does not stand still',
      'high',
      [
        ['registered', '2026-03-10 10:00'],
        ['waiting', '2026-03-10 10:10'],
      ],
      '2026-03-10 10:40',
      'waiting, 20m, 7h 50m',
    ],
    [
      'resolved: nothing is left',
      'high',
      [
        ['registered', '2026-03-10 10:00'],
        ['resolved', '2026-03-10 10:30'],
      ],
      '2026-03-11',
      'resolved, none, none',
    ],
    [
      'reopened: what was left is left',
      'high',
      [
        ['registered', '2026-03-10 10:00'],
        ['resolved', '2026-03-10 12:00'],
        ['reopened', '2026-03-12 12:00'],
      ],
      '2026-03-12 13:00',
      'started, none, 5h',
    ],
    // Friday 18:00: an hour then, and from Monday 10:00.
    [
      'low: only working hours are spent',
      'low',
      [['registered', '2026-03-13 18:00']],
      '2026-03-16 11:00',
      'registered, 2h, 70h',
    ],
    // Nauryz, 21 to 23 March, with the 24th and 25th in lieu.
    [
      'low: over a holiday nothing is spent',
      'low',
      [['registered', '2026-03-20 18:00']],
      '2026-03-26 09:00',
      'registered, 3h, 71h',
    ],
  ])('%s', (_promise, priority, history, now, expected) => {
    const [request] = standings(ticket('t1', priority, history), now);
    expect(
      `${request?.state}, ${left(request?.responseLeftMs ?? null)}, ${left(request?.resolutionLeftMs ?? null)}`,
    ).toBe(expected);
  });

  it('answered by its fix keeps that answer when it is reopened and work on it starts', () => {
    const history = ticket('t1', 'high', [
      ['registered', '2026-03-10 10:00'],
      ['resolved', '2026-03-10 10:30'],
      ['reopened', '2026-03-11 10:00'],
      ['started', '2026-03-11 12:00'],
    ]);
    expect(standings(history, '2026-03-11 13:00')).toMatchObject([{ responseMs: 1_800_000, responseKept: true }]);
  });
});

describe('requests together', () => {
  const of = (id: string, on: string, history: readonly [TicketEvent, When][]) =>
    ticket(id, 'high', history).map((fact) => (fact.type === 'ticket' ? { ...fact, service: on } : fact));
  const rows = standings(
    [
      ...service('s2', { web: ['s1/web'] }, 'c2'),
      ...of('t3', 's2', [['registered', '2026-03-10 11:50']]),
      ...of('t1', 's1', [
        ['registered', '2026-03-10 01:00'],
        ['started', '2026-03-10 01:30'],
        ['resolved', '2026-03-10 11:00'],
      ]),
      ...of('t2', 's1', [
        ['registered', '2026-03-10 08:00'],
        ['started', '2026-03-10 10:00'],
      ]),
      ...of('t4', 's1', [['registered', '2026-03-10 12:00:00.001']]),
    ],
    '2026-03-10 12:00',
  );

  it('come in the order of registration, and those registered later are not known', () => {
    expect(rows.map(({ id, service: on, customer }) => `${id} ${on} ${customer}`)).toEqual([
      't1 s1 c1',
      't2 s1 c1',
      't3 s2 c2',
    ]);
  });

  it('are counted for all and for each customer', () => {
    expect(countRequests(rows)).toEqual({
      requests: 3,
      response: { kept: 1, missed: 1, running: 1 },
      resolution: { kept: 0, missed: 1, running: 2 },
    });
    expect([...countByCustomer(rows)]).toEqual([
      [
        'c1',
        {
          requests: 2,
          response: { kept: 1, missed: 1, running: 0 },
          resolution: { kept: 0, missed: 1, running: 1 },
        },
      ],
      [
        'c2',
        { requests: 1, response: { kept: 0, missed: 0, running: 1 }, resolution: { kept: 0, missed: 0, running: 1 } },
      ],
    ]);
  });
});
