/** The life of a credit (CONTRACT.md, Compensation; cl. 8.1–8.4): s1 pays 12 000.00, so an hour is 120.00. */
import { describe, expect, it } from 'vitest';
import type { ReplayFact } from '../../../../src/domain/facts/fact.ts';
import { HOUR } from '../../../../src/domain/time/instant.ts';
import { AGREEMENT, crediting } from '../../../support/contracts.ts';
import { claim, exclusion, lifecycle, march, plan, type When } from '../../../support/world.ts';
import { kzt, refusal, TestDesk } from './desk.ts';

const TWO_HOURS = ['2026-03-10 12:00', '2026-03-10 14:00'] as const;
const ONE_HOUR = ['2026-03-20 12:00', '2026-03-20 13:00'] as const;
const Q10 = 'claim 2026-03-10';
const Q20 = 'claim 2026-03-20';

const desk = (...more: readonly ReplayFact[]) => new TestDesk([...plan(), ...march(TWO_HOURS, ONE_HOUR), ...more]);

describe('accrued → claimed → approved → posted (cl. 8.1, 8.3)', () => {
  it('accrues without a claim, and owes nothing until there is one', () => {
    const books = desk();
    expect(books.figures()).toEqual({ accrued: '360.00' });
    expect(refusal(() => books.approve())).toContain('month: found 2026-03 with nothing open');
  });

  it('goes through all its states', () => {
    const books = desk(claim('2026-03-10'));
    expect(books.figures()).toEqual({ accrued: '360.00', claimed: '240.00', owed: '240.00', open: '240.00' });
    expect(books.approve()).toMatchObject({ entry: 1, amount: kzt('240.00'), claims: [Q10], by: 'anna' });
    expect(books.figures()).toMatchObject({ approved: '240.00', unpaid: '240.00' });
    expect(books.standing().next).toMatchObject({ approve: kzt('0.00'), pay: [1], reverse: [1], reject: [] });
    expect(books.post(1)).toMatchObject({ entry: 2, credit: 1, amount: kzt('240.00'), reference: 'b1' });
    expect(books.figures()).toEqual({
      accrued: '360.00',
      claimed: '240.00',
      owed: '240.00',
      approved: '240.00',
      posted: '240.00',
    });
  });

  it('shows a claim beside the measurement, and the difference (cl. 8.2)', () => {
    const books = desk(claim('2026-03-10'));
    expect(books.standing().claims).toMatchObject([
      { claim: { id: Q10 }, measuredMs: 2 * HOUR, differenceMs: -HOUR, state: 'claimed' },
    ]);
  });

  it('approves for one of two claims no more than that one', () => {
    const books = desk(claim('2026-03-10'), claim('2026-03-20'));
    expect(refusal(() => books.approve({ claims: [Q20], amount: kzt('120.01') }))).toBe(
      'amount: found 120.01, expected 0.01 to 120.00 KZT',
    );
    expect(books.approve({ claims: [Q20] })).toMatchObject({ amount: kzt('120.00') });
    expect(refusal(() => books.approve({ claims: [Q20] }))).toContain('nothing open');
    expect(books.approve()).toMatchObject({ amount: kzt('240.00') });
  });

  it('waits for the end of the month', () => {
    const books = desk(claim('2026-03-10'));
    expect(refusal(() => books.approve({ month: '2026-04' }))).toBe(
      'month: found 2026-04, expected a month that is over',
    );
  });

  it('needs no claim where the contract credits automatically', () => {
    const contract = crediting(AGREEMENT, { mode: 'automatic' });
    const books = new TestDesk([...plan(), ...march(TWO_HOURS)], { contract });
    expect(books.figures()).toMatchObject({ accrued: '240.00', owed: '240.00' });
    expect(books.approve()).toMatchObject({ amount: kzt('240.00'), claims: [] });
  });

  it('never comes to more than the cap, however many claims (cl. 8.3)', () => {
    const books = new TestDesk([
      ...plan(),
      ...march(['2026-03-01', '2026-03-04'], ['2026-03-10', '2026-03-13']),
      claim('2026-03-02'),
      claim('2026-03-11'),
    ]);
    expect(books.figures()).toMatchObject({ owed: '12000.00' });
    expect(books.approve({ claims: ['claim 2026-03-02'] })).toMatchObject({ amount: kzt('8640.00') });
    expect(books.approve()).toMatchObject({ amount: kzt('3360.00') });
    expect(books.figures()).toMatchObject({ approved: '12000.00' });
  });
});

describe('posting twice is impossible', () => {
  it('gives the entry of then for the same reference, and refuses another', () => {
    const books = desk(claim('2026-03-10'));
    books.approve();
    const posted = books.post(1);
    expect(books.post(1)).toBe(posted);
    expect(refusal(() => books.post(1, 'other'))).toBe(
      'credit: found 1, posted as "b1" by "anna", expected one that is not paid yet',
    );
    expect(books.keys).toEqual(['credit/s1/1', 'credit/s1/2']);
  });

  it('names both of two decisions on one standing alike, so that the journal takes one of them', () => {
    const books = desk(claim('2026-03-10'));
    books.approve();
    const now = books.now;
    const posted = books.post(1);
    const other = new TestDesk([...plan(), ...march(TWO_HOURS, ONE_HOUR), claim('2026-03-10')]);
    other.approve();
    other.now = now;
    expect(other.reverse(1).entry).toBe(posted.entry);
  });
});

describe('rejected, adjusted, reversed', () => {
  it('a rejected claim owes nothing', () => {
    const books = desk(claim('2026-03-10'), claim('2026-03-20'));
    books.reject(Q10);
    expect(books.figures()).toMatchObject({ claimed: '360.00', rejected: '240.00', owed: '120.00', open: '120.00' });
    expect(refusal(() => books.reject(Q10))).toContain('rejected by "anna"');
    expect(refusal(() => books.approve({ claims: [Q10] }))).toContain(`one of the standing claims for 2026-03: ${Q20}`);
  });

  it('a claim with a credit is not rejected before that is reversed', () => {
    const books = desk(claim('2026-03-10'));
    books.approve();
    expect(refusal(() => books.reject(Q10))).toBe(
      `claim: found "${Q10}" with credit 1, expected one whose credit is reversed first`,
    );
    books.reverse(1);
    books.reject(Q10);
    expect(books.figures()).toMatchObject({ rejected: '240.00' });
  });

  it.each([
    ['a duration', { durationMs: 3 * HOUR }, '360.00'],
    ['an amount', { amount: kzt('300.00') }, '300.00'],
    ['nothing', { amount: kzt('0.00') }, undefined],
  ])('the parties agree on %s in place of the measurement (cl. 8.2)', (_what, agreed, owed) => {
    const books = desk(claim('2026-03-10'));
    books.adjust(Q10, agreed);
    expect(books.figures().owed).toBe(owed);
    expect(books.standing().claims).toMatchObject([{ state: 'adjusted' }]);
  });

  it('an agreement below what was approved is corrected by a reversal', () => {
    const books = desk(claim('2026-03-10'));
    books.approve();
    books.post(1);
    books.adjust(Q10, { amount: kzt('100.00') });
    expect(books.figures()).toMatchObject({ approved: '240.00', excess: '140.00' });
    books.reverse(1, { amount: kzt('140.00') });
    const figures = books.figures();
    expect(figures).toMatchObject({ approved: '100.00', posted: '100.00', owed: '100.00' });
    expect(figures).not.toHaveProperty('excess');
  });

  it('what is reversed before it is paid is not paid', () => {
    const books = desk(claim('2026-03-10'));
    books.approve();
    books.reverse(1, { amount: kzt('40.00') });
    expect(books.post(1)).toMatchObject({ amount: kzt('200.00') });
    expect(refusal(() => books.reverse(1, { amount: kzt('200.01') }))).toBe(
      'amount: found 200.01, expected 0.01 to 200.00 KZT',
    );
  });

  it('an exclusion approved later leaves an excess (cl. 8.5)', () => {
    const books = desk(claim('2026-03-10'));
    books.approve();
    books.learn(exclusion('2026-03-10 12:00', '2026-03-10 13:00', { recorded: books.now }));
    expect(books.figures()).toMatchObject({ accrued: '240.00', owed: '120.00', approved: '240.00', excess: '120.00' });
  });
});

describe('money (cl. 8.4)', () => {
  it('is only for an ended service', () => {
    const books = desk(claim('2026-03-10'));
    books.approve();
    expect(refusal(() => books.settle(1))).toContain('service: found "s1", which is not ended');
    books.learn(lifecycle('2026-04-03', 'ended'));
    books.settle(1);
    expect(books.figures()).toMatchObject({ settled: '240.00' });
    expect(refusal(() => books.post(1))).toContain('settled as "m1"');
  });
});

describe('requests that are made again', () => {
  it('are recorded once', () => {
    const books = desk(claim('2026-03-10'));
    const first = books.approve({ amount: kzt('100.00') }, 'k1');
    expect(books.approve({ amount: kzt('100.00') }, 'k1')).toBe(first);
    expect(books.figures()).toMatchObject({ approved: '100.00' });
    expect(refusal(() => books.approve({ amount: kzt('100.01') }, 'k1'))).toBe(
      'key: found "k1", which names entry 1 (credit-approved) with another amount, expected a key of its own for another decision',
    );
    expect(refusal(() => books.reverse(1, {}, 'k1'))).toContain('with another type');
  });
});

it.each<[string, When, string]>([
  ['both months', '2026-03-31 23:00', '120.00'],
  ['one month', '2026-03-31 22:00', '240.00'],
])('an outage over the end of the month is claimed once and credited in %s', (_name, start, owed) => {
  const end = start === '2026-03-31 23:00' ? '2026-04-01 01:00' : '2026-04-01 00:00';
  const books = new TestDesk([...plan(), ...march([start, end]), claim('2026-03-31')], { now: '2026-05-02' });
  expect(books.figures()).toMatchObject({ owed });
  expect(books.figures('2026-04').owed).toBe(start === '2026-03-31 23:00' ? '120.00' : undefined);
});
