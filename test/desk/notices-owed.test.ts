import { describe, expect, it } from 'vitest';
import { noticesOwed } from '../../src/desk/notices-owed.ts';
import type { Fact } from '../../src/domain/facts/fact.ts';
import { customerFact, lifecycleFact, liveLedger, noticeFact, serviceFact, workFact } from '../support/ledgers.ts';

const T = 1_000_000;
const WINDOW = { start: T + 100, end: T + 200 };
const FLEET: readonly Fact[] = [
  customerFact('c1'),
  customerFact('c2'),
  serviceFact('s1', 'c1'),
  serviceFact('s2', 'c1'),
  serviceFact('s3', 'c2'),
  lifecycleFact('s1', 0),
  lifecycleFact('s2', 0),
  lifecycleFact('s3', 0),
];

function owed(now: number, ...facts: readonly Fact[]): readonly string[] {
  return noticesOwed(liveLedger(...FLEET, ...facts), now).map(
    ({ mail, services, notice }) =>
      `${mail} ${notice.kind}${notice.kind === 'revised' ? ` after ${notice.previous.revision}` : ''}: ${services.join(' ')}`,
  );
}

describe('noticesOwed', () => {
  it('owes one notice to each customer, of all services that the work concerns', () => {
    expect(owed(T, workFact('w1', WINDOW, { at: T }))).toEqual(['notice/w1/1/c1 new: s1 s2', 'notice/w1/1/c2 new: s3']);
  });

  it('owes it to the customers of the named services alone', () => {
    expect(owed(T, workFact('w1', WINDOW, { at: T, services: ['s2'] }))).toEqual(['notice/w1/1/c1 new: s2']);
  });

  it('owes nothing of a work that is not known yet, and nothing of a service that nobody defines', () => {
    expect(owed(T - 1, workFact('w1', WINDOW, { at: T }))).toEqual([]);
    expect(owed(T, workFact('w1', WINDOW, { at: T, services: ['s9'] }))).toEqual([]);
  });

  it('owes nothing once the customer was told, whoever else was not', () => {
    const facts = [workFact('w1', WINDOW, { at: T }), noticeFact('w1', 'c1', 1, T + 1)];
    expect(owed(T + 1, ...facts)).toEqual(['notice/w1/1/c2 new: s3']);
  });

  it('owes a revision to those who were told of the one before as a change, to the others as news', () => {
    const facts = [
      workFact('w1', WINDOW, { at: T }),
      noticeFact('w1', 'c1', 1, T + 1),
      workFact('w1', { start: T + 110, end: T + 300 }, { revision: 2, at: T + 2 }),
    ];
    expect(owed(T + 2, ...facts)).toEqual(['notice/w1/2/c1 revised after 1: s1 s2', 'notice/w1/2/c2 new: s3']);
  });

  it('owes only the highest revision, in whatever order they were recorded', () => {
    const facts = [
      workFact('w1', WINDOW, { revision: 3, at: T }),
      workFact('w1', WINDOW, { revision: 2, at: T }),
      noticeFact('w1', 'c1', 3, T),
    ];
    expect(owed(T, ...facts)).toEqual(['notice/w1/3/c2 new: s3']);
  });

  it('owes word of a cancellation to those who were told of the window, and to no one else', () => {
    const facts: readonly Fact[] = [
      workFact('w1', WINDOW, { at: T }),
      noticeFact('w1', 'c1', 1, T + 1),
      { type: 'work-cancelled', id: 'w1', at: T + 2 },
    ];
    expect(owed(T + 2, ...facts)).toEqual(['notice/w1/cancelled/c1 cancelled: s1 s2']);
  });

  it('owes word to a customer who was told and whom the newest revision leaves out', () => {
    const facts = [
      workFact('w1', WINDOW, { at: T }),
      noticeFact('w1', 'c1', 1, T + 1),
      noticeFact('w1', 'c2', 1, T + 1),
      workFact('w1', WINDOW, { revision: 2, at: T + 2, services: ['s3'] }),
    ];
    expect(owed(T + 2, ...facts)).toEqual([
      'notice/w1/2/c2 revised after 1: s3',
      'notice/w1/2-left-out/c1 cancelled: s1 s2',
    ]);
  });

  it('owes nothing of a window that is over, cancelled or not', () => {
    const work = workFact('w1', WINDOW, { at: T });
    expect(owed(T + 199, work)).toHaveLength(2);
    expect(owed(T + 200, work)).toEqual([]);
    const facts: readonly Fact[] = [
      work,
      noticeFact('w1', 'c1', 1, T),
      { type: 'work-cancelled', id: 'w1', at: T + 201 },
    ];
    expect(owed(T + 201, ...facts)).toEqual([]);
  });

  it.each([
    ['suspended before the window', T + 99, []],
    ['suspended as it begins', T + 100, []],
    ['suspended while it lasts', T + 101, ['notice/w1/1/c2 new: s3']],
  ])('asks whether the service is active when the window begins: %s', (_name, from, expected) => {
    const facts = [workFact('w1', WINDOW, { at: T, services: ['s3'] }), lifecycleFact('s3', from, 'suspended')];
    expect(owed(T, ...facts)).toEqual(expected);
  });

  it('owes nothing to a customer whose service is not active yet, and does once it will be', () => {
    const named = workFact('w1', WINDOW, { at: T, services: ['s4'] });
    expect(owed(T, serviceFact('s4', 'c2'), named)).toEqual([]);
    expect(owed(T, serviceFact('s4', 'c2'), named, lifecycleFact('s4', T + 50))).toHaveLength(1);
  });
});
