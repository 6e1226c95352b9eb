import { describe, expect, it } from 'vitest';
import { cancelWork, planWork, reviseWork, standingRevision, WorkRefused } from '../../src/desk/planned-work.ts';
import type { Fact } from '../../src/domain/facts/fact.ts';
import { liveLedger, serviceFact, workFact } from '../support/ledgers.ts';

const T = 1_000_000;
const WINDOW = { start: T + 100, end: T + 200 };
const SERVICE = serviceFact('s1', 'c1');
const ledger = (...facts: readonly Fact[]) => liveLedger(SERVICE, ...facts);
const CANCELLED: Fact = { type: 'work-cancelled', id: 'w1', at: T };

describe('planWork', () => {
  it('gives the first revision, with the next free id', () => {
    expect(planWork(ledger(), { ...WINDOW, services: ['s1'], by: 'ann' }, T)).toEqual({
      type: 'work',
      id: 'w1',
      revision: 1,
      ...WINDOW,
      services: ['s1'],
      by: 'ann',
      at: T,
    });
    const taken = ledger(workFact('w2', WINDOW), workFact('w7', WINDOW));
    expect(planWork(taken, { ...WINDOW, services: '*' }, T).id).toBe('w3');
    expect(planWork(ledger(workFact('w2', WINDOW)), { ...WINDOW, services: '*' }, T).id).toBe('w3');
  });

  it.each([
    ['an empty window', { start: T + 5, end: T + 5 }, '*', 'end: found one not after the start, expected a window'],
    ['a window backwards', { start: T + 6, end: T + 5 }, '*', 'end: found one not after the start'],
    ['a window that is over', { start: T - 9, end: T }, '*', 'end: found an instant that has passed'],
    ['an unknown service', WINDOW, ['s1', 's9'], 'services: found "s9", expected services of the configuration or *'],
    ['no service', WINDOW, [], 'services: found none, expected at least one service or *'],
  ] as const)('refuses %s', (_name, window, services, message) => {
    const plan = () => planWork(ledger(), { ...window, services }, T);
    expect(plan).toThrow(WorkRefused);
    expect(plan).toThrow(message);
  });
});

describe('reviseWork', () => {
  it('keeps what the change leaves out', () => {
    const standing = workFact('w1', WINDOW, { services: ['s1'], subject: 'new disks', by: 'ann' });
    expect(reviseWork(ledger(standing), 'w1', { end: T + 300, by: 'bob' }, T)).toEqual({
      ...standing,
      revision: 2,
      end: T + 300,
      by: 'bob',
      at: T,
    });
  });

  it('goes on from the highest revision', () => {
    const known = ledger(workFact('w1', WINDOW, { revision: 3 }), workFact('w1', WINDOW, { revision: 2 }));
    expect(reviseWork(known, 'w1', { end: T + 300 }, T).revision).toBe(4);
  });

  it.each([
    ['an unknown work', ledger(), 'w9', {}, 'work: found "w9", expected one of none, for none is planned'],
    ['another work', ledger(workFact('w1', WINDOW)), 'w9', {}, 'work: found "w9", expected one of w1'],
    ['a cancelled work', ledger(workFact('w1', WINDOW), CANCELLED), 'w1', {}, 'work: "w1" is already cancelled'],
    [
      'an end that has passed',
      ledger(workFact('w1', WINDOW)),
      'w1',
      { start: 1, end: T },
      'end: found an instant that',
    ],
    ['a start after the end', ledger(workFact('w1', WINDOW)), 'w1', { start: T + 200 }, 'end: found one not after'],
    ['an unknown service', ledger(workFact('w1', WINDOW)), 'w1', { services: ['x'] }, 'services: found "x"'],
    [
      // What was downtime under notice must not become compensable because the same id is used again.
      'a window that is over, whatever it is to become',
      ledger(workFact('w1', { start: T - 200, end: T - 100 })),
      'w1',
      WINDOW,
      'work: "w1" is over, expected one that is not; plan a new one',
    ],
  ])('refuses %s', (_name, known, id, change, message) => {
    const revise = () => reviseWork(known, id, change, T);
    expect(revise).toThrow(WorkRefused);
    expect(revise).toThrow(message);
  });
});

describe('cancelWork', () => {
  it('cancels from now on, with who decided', () => {
    expect(cancelWork(ledger(workFact('w1', WINDOW)), 'w1', T, 'ann')).toEqual({
      type: 'work-cancelled',
      id: 'w1',
      at: T,
      by: 'ann',
    });
  });

  it.each([
    ['an unknown work', ledger(), 'work: found "w1", expected one of none, for none is planned'],
    ['a work twice', ledger(workFact('w1', WINDOW), CANCELLED), 'work: "w1" is already cancelled'],
  ])('refuses %s', (_name, known, message) => {
    expect(() => cancelWork(known, 'w1', T)).toThrow(message);
  });
});

describe('standingRevision', () => {
  it('knows no revision before it was recorded', () => {
    const known = ledger(workFact('w1', WINDOW, { at: T }), workFact('w1', WINDOW, { revision: 2, at: T + 5 }));
    expect(standingRevision(known, 'w1', T + 4).revision).toBe(1);
    expect(standingRevision(known, 'w1', T + 5).revision).toBe(2);
    expect(() => standingRevision(known, 'w1', T - 1)).toThrow(WorkRefused);
  });
});
