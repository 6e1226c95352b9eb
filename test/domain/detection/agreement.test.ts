/** REPLAY.md rules 4 and 5: vantage points that agree, checks that make a component, components that make the service. */

import { describe, expect, it } from 'vitest';
import type { Quorum, Requirement, State } from '../../../src/domain/facts/fact.ts';
import { worked } from '../../support/figures.ts';
import { check, fee, given, lifecycle, service, type When, watched } from '../../support/world.ts';

/** What each vantage point (or check) is at 12:00–13:00: one letter each, U up, D down, ? unknown. */
function edges(letters: string, place: (i: number) => { check: string; vantage?: string }) {
  return [...letters].flatMap((letter, i) => {
    const span: readonly [When, When] = ['2026-03-10 12:00', '2026-03-10 13:00'];
    if (letter === '?') return [];
    return watched({ ...place(i), from: span[0], to: span[1], down: letter === 'D' ? [span] : [] });
  });
}

function serviceStateOf(facts: Parameters<typeof given>): State {
  const { ms } = given(lifecycle('2026-01-01', 'active'), fee('2026-01-01', '1.00'), ...facts).statement().month;
  if (ms.unplanned > 0) return 'down';
  return ms.up > 0 ? 'up' : 'unknown';
}

describe('rule 4: a check of several vantage points', () => {
  const rows: [states: string, quorum: Quorum, expected: State, why: string][] = [
    ['DUU', 'majority', 'up', 'one of three'],
    ['DDU', 'majority', 'down', 'two of three'],
    ['DU?', 'majority', 'up', 'of two alive, ⌊2/2⌋ + 1 = 2 are needed'],
    ['DD?', 'majority', 'down', 'both that are alive'],
    ['D??', 'majority', 'down', 'the only one alive: ⌊1/2⌋ + 1 = 1'],
    ['U??', 'majority', 'up', 'the only one alive'],
    ['???', 'majority', 'unknown', 'nobody is alive'],
    ['DDUU', 'majority', 'up', 'a tie of four is no majority: 3 are needed'],
    ['DDDUU', 'majority', 'down', 'three of five'],
    ['DUU', 1, 'down', 'one is enough'],
    ['DDU', 3, 'up', 'three are needed, two say so'],
    ['DDD', 3, 'down', 'all three'],
    ['DD?', 3, 'down', 'min(3, 2 alive) = 2'],
    ['D??', 2, 'down', 'min(2, 1 alive) = 1'],
    ['DU?', 2, 'up', 'two alive, one down'],
    ['??', 1, 'unknown', 'nobody is alive'],
  ];
  it.each(rows)('%s, quorum %s: %s (%s)', (states, quorum, expected) => {
    const vantages = [...states].map((_, i) => `v${i}`);
    const facts = [
      service('s1', { web: ['k'] }),
      check('k', { vantages, quorum }),
      edges(states, (i) => ({ check: 'k', vantage: `v${i}` })),
    ];
    expect(serviceStateOf(facts)).toBe(expected);
  });

  it('does not count a vantage point that the check does not name', () => {
    const facts = [
      service('s1', { web: ['k'] }),
      check('k', { vantages: ['v0'] }),
      edges('UDD', (i) => ({ check: 'k', vantage: `v${i}` })),
    ];
    expect(serviceStateOf(facts)).toBe('up');
  });
});

describe('rule 5: a component of several checks', () => {
  const rows: [states: string, require: Requirement, expected: State, why: string][] = [
    ['UU', 'all', 'up', 'both up'],
    ['UD', 'all', 'down', 'one down'],
    ['U?', 'all', 'unknown', 'the other may be down'],
    ['D?', 'all', 'down', 'down whatever the other is'],
    ['UD', 'any', 'up', 'one is enough'],
    ['U?', 'any', 'up', 'one is enough'],
    ['D?', 'any', 'unknown', 'the other may be up'],
    ['DD', 'any', 'down', 'none left'],
    ['UUD', 2, 'up', 'two of three'],
    ['UDD', 2, 'down', 'one of three'],
    ['U?D', 2, 'unknown', 'one up, one that may be'],
    ['DD?', 2, 'down', '0 + 1 < 2'],
    ['???', 2, 'unknown', 'nothing seen'],
  ];
  it.each(rows)('%s, require %s: %s (%s)', (states, require, expected) => {
    const checks = [...states].map((_, i) => `k${i}`);
    const facts = [
      service('s1', { web: { checks, require, counts: true } }),
      ...checks.map((id) => check(id)),
      edges(states, (i) => ({ check: `k${i}` })),
    ];
    expect(serviceStateOf(facts)).toBe(expected);
  });
});

describe('rule 5: a service of several components', () => {
  const rows: [states: string, expected: State, why: string][] = [
    ['UUU', 'up', 'web, mail and dns up'],
    ['UDU', 'down', 'mail alone is enough'],
    ['U?U', 'unknown', 'mail not seen'],
    ['?DU', 'down', 'mail down, web not seen'],
  ];
  it.each(rows)('web, mail, dns %s: %s (%s)', (states, expected) => {
    const facts = [
      service('s1', { web: ['k0'], mail: ['k1'], dns: ['k2'] }),
      ...['k0', 'k1', 'k2'].map((id) => check(id)),
      edges(states, (i) => ({ check: `k${i}` })),
    ];
    expect(serviceStateOf(facts)).toBe(expected);
  });

  it.each([
    ['UD', 'up'],
    ['U?', 'up'],
    ['DU', 'down'],
    ['?U', 'unknown'],
  ] as const)('a component that is only watched changes nothing: %s is %s', (states, expected) => {
    const facts = [
      service('s1', { web: ['k0'], dns: { checks: ['k1'], require: 'all', counts: false } }),
      check('k0'),
      check('k1'),
      edges(states, (i) => ({ check: `k${i}` })),
    ];
    expect(serviceStateOf(facts)).toBe(expected);
  });

  it('with no component that counts, nothing is known of it: never up', () => {
    const watchedOnly = { checks: ['k0'], require: 'all', counts: false } as const;
    expect(
      serviceStateOf([service('s1', { web: watchedOnly }), check('k0'), edges('U', () => ({ check: 'k0' }))]),
    ).toBe('unknown');
  });
});

worked('rule 5: an outage is a maximal span of down of the service', [
  {
    // Web 12–14, mail 13–15: one outage 12–15, counted once.
    promise: 'two components whose downtime overlaps make one outage',
    facts: [
      service('s1', { web: ['web'], mail: ['mail'] }),
      check('web'),
      check('mail'),
      lifecycle('2026-01-01', 'active'),
      fee('2026-01-01', '12000.00'),
      watched({ check: 'web', from: '2026-03-01', to: '2026-04-01', down: [['2026-03-10 12:00', '2026-03-10 14:00']] }),
      watched({
        check: 'mail',
        from: '2026-03-01',
        to: '2026-04-01',
        down: [['2026-03-10 13:00', '2026-03-10 15:00']],
      }),
    ],
    holds: {
      unplanned: '3h',
      outages: 1,
      accrued: '360.00',
      segments: ['03-10 12:00 – 03-10 15:00 unplanned'],
    },
  },
  {
    promise: 'two whose downtime touches make one too',
    facts: [
      service('s1', { web: ['web'], mail: ['mail'] }),
      check('web'),
      check('mail'),
      lifecycle('2026-01-01', 'active'),
      watched({ check: 'web', from: '2026-03-01', to: '2026-04-01', down: [['2026-03-10 12:00', '2026-03-10 14:00']] }),
      watched({
        check: 'mail',
        from: '2026-03-01',
        to: '2026-04-01',
        down: [['2026-03-10 14:00', '2026-03-10 15:00']],
      }),
    ],
    holds: { unplanned: '3h', outages: 1 },
  },
  {
    // A dies at 13:00 while down, B sees it up: from then on one alive, and it says up.
    promise: 'a vantage point that dies in an outage leaves the decision to the rest',
    facts: [
      service('s1', { web: ['k'] }),
      check('k', { vantages: ['a', 'b'], quorum: 1 }),
      lifecycle('2026-01-01', 'active'),
      watched({
        check: 'k',
        vantage: 'a',
        from: '2026-03-01',
        to: '2026-03-10 13:00',
        down: [['2026-03-10 12:00', '2026-03-10 13:00']],
      }),
      watched({ check: 'k', vantage: 'b', from: '2026-03-01', to: '2026-04-01' }),
    ],
    holds: { unplanned: '1h', unknown: '0', outages: 1 },
  },
]);
