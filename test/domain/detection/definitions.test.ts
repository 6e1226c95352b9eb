/** What a live journal has beyond a replay file: definitions that change with time, coverage, facts recorded late. */
import { describe, expect, it } from 'vitest';
import { computeStatement } from '../../../src/domain/contract/statement.ts';
import type { CoverageFact, ReplayFact } from '../../../src/domain/facts/fact.ts';
import { Ledger } from '../../../src/domain/facts/ledger.ts';
import { AGREEMENT } from '../../support/contracts.ts';
import { figuresOf } from '../../support/figures.ts';
import {
  at,
  check,
  given,
  lifecycle,
  march,
  notice,
  plan,
  service,
  type When,
  watched,
  work,
} from '../../support/world.ts';

const APRIL = '2026-04-01';

/** Definitions of s1 with one component after another, each from its instant. */
function redefined(from: When, components: Readonly<Record<string, readonly string[]>>): ReplayFact[] {
  return service('s1', components).map((fact) => (fact.type === 'service' ? { ...fact, from: at(from) } : fact));
}

describe('a service that is defined anew', () => {
  const twoComponents = [
    ...redefined('2026-01-01', { web: ['web'] }),
    ...redefined('2026-03-10 13:00', { web: ['web'], mail: ['mail'] }),
    check('web'),
    check('mail'),
    lifecycle('2026-01-01', 'active'),
  ];

  it('counts a component from the instant it was added', () => {
    const facts = [
      twoComponents,
      watched({ check: 'web', from: '2026-03-01', to: APRIL }),
      watched({ check: 'mail', from: '2026-03-01', to: APRIL, down: [['2026-03-10 12:00', '2026-03-10 15:00']] }),
    ];
    expect(figuresOf(given(...facts).statement({ asOf: APRIL }), 300)).toMatchObject({
      unplanned: '2h',
      up: '742h',
      outages: 1,
    });
  });

  it('does not split an outage that the change finds going on', () => {
    const down = [['2026-03-10 12:00', '2026-03-10 15:00']] as const;
    const facts = [
      twoComponents,
      watched({ check: 'web', from: '2026-03-01', to: APRIL, down }),
      watched({ check: 'mail', from: '2026-03-01', to: APRIL, down }),
    ];
    expect(figuresOf(given(...facts).statement({ asOf: APRIL }), 300)).toMatchObject({
      outages: 1,
      segments: ['03-10 12:00 – 03-10 15:00 unplanned'],
    });
  });

  it('is unknown from the change on where the new component was not observed', () => {
    const facts = [twoComponents, watched({ check: 'web', from: '2026-03-01', to: APRIL })];
    // 1 March – 10 March 13:00.
    expect(figuresOf(given(...facts).statement({ asOf: APRIL }), 300)).toMatchObject({ up: '229h', unknown: '515h' });
  });
});

describe('a check that is defined anew', () => {
  it('asks other vantage points from then on', () => {
    const dated = (from: When, vantages: readonly string[]): ReplayFact => ({
      ...(check('web', { vantages }) as Extract<ReplayFact, { type: 'check' }>),
      from: at(from),
    });
    const facts = [
      service('s1', { web: ['web'] }),
      dated('2026-01-01', ['a']),
      dated('2026-03-10 13:00', ['b']),
      lifecycle('2026-01-01', 'active'),
      watched({
        check: 'web',
        vantage: 'a',
        from: '2026-03-01',
        to: APRIL,
        down: [['2026-03-10 12:00', '2026-03-10 15:00']],
      }),
      watched({ check: 'web', vantage: 'b', from: '2026-03-01', to: APRIL }),
    ];
    expect(figuresOf(given(...facts).statement({ asOf: APRIL }), 300)).toMatchObject({ unplanned: '1h', up: '743h' });
  });
});

describe('coverage in a live journal', () => {
  function live(facts: readonly (ReplayFact | CoverageFact)[], asOf: When) {
    const ledger = new Ledger('covered');
    for (const fact of facts) if (fact.type !== 'observation') ledger.add(fact);
    return figuresOf(
      computeStatement({ ledger, contract: AGREEMENT, service: 's1', month: '2026-03', asOf: at(asOf) }),
      300,
    );
  }
  const up: ReplayFact = {
    type: 'edge',
    check: 's1/web',
    vantage: 'local',
    to: 'up',
    earliest: at('2026-03-10 12:00'),
    latest: at('2026-03-10 12:00'),
    at: at('2026-03-10 12:00'),
  };
  const covered = (through: When, recorded: When): CoverageFact => ({
    type: 'coverage',
    vantage: 'local',
    intervalMs: 60_000,
    through: at(through),
    at: at(recorded),
  });

  it('the last state holds through the recorded coverage and not beyond', () => {
    const facts = [...plan(), up, covered('2026-03-10 14:00', '2026-03-10 14:01')];
    expect(live(facts, '2026-03-11')).toMatchObject({ up: '2h', unknown: '238h' });
  });

  it('without coverage an edge alone holds for nothing', () => {
    expect(live([...plan(), up], '2026-03-11')).toMatchObject({ up: '0', unknown: '240h' });
  });

  it('coverage recorded after the as-of instant is not known', () => {
    const facts = [
      ...plan(),
      up,
      covered('2026-03-10 13:00', '2026-03-10 13:01'),
      covered('2026-03-10 14:00', '2026-03-10 14:01'),
    ];
    expect(live(facts, '2026-03-10 14:00')).toMatchObject({ up: '1h' });
  });

  it('coverage of another interval is none of this check', () => {
    const other = { ...covered('2026-03-10 14:00', '2026-03-10 14:01'), intervalMs: 300_000 };
    expect(live([...plan(), up, other], '2026-03-11')).toMatchObject({ up: '0' });
  });
});

describe('facts recorded later than they were so', () => {
  const NIGHT = ['2026-03-10 01:00', '2026-03-10 05:00'] as const;
  const told = notice('w', '2026-03-05');

  function planned(asOf: When): string {
    const ledger = new Ledger('hold');
    for (const fact of [...plan(), ...march(NIGHT), work('w', ...NIGHT)]) {
      if (fact.type !== 'observation') ledger.add(fact);
    }
    ledger.add(told as Extract<ReplayFact, { type: 'notice' }>, at('2026-03-12'));
    const statement = computeStatement({
      ledger,
      contract: AGREEMENT,
      service: 's1',
      month: '2026-03',
      asOf: at(asOf),
    });
    return figuresOf(statement, 300).planned;
  }

  it('a notice by another channel counts from the instant an operator recorded it, by when it was given', () => {
    expect(planned('2026-03-11')).toBe('0');
    expect(planned('2026-03-12')).toBe('4h');
  });
});
