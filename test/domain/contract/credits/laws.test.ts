/** What holds of every ledger of credits, whatever was decided in whatever order. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { correctionsOf } from '../../../../src/domain/contract/credit-corrections.ts';
import { CreditRefused } from '../../../../src/domain/contract/credit-decisions.ts';
import type { CreditFact } from '../../../../src/domain/facts/fact.ts';
import { HOUR } from '../../../../src/domain/time/instant.ts';
import { AGREEMENT, crediting } from '../../../support/contracts.ts';
import { at, claim, exclusion, exclusionWithdrawn, lifecycle, march, plan } from '../../../support/world.ts';
import { TestDesk } from './desk.ts';

const DAYS = ['2026-03-02', '2026-03-05', '2026-03-10', '2026-03-20'];
const CLAIMS = [...DAYS.map((day) => `claim ${day}`), 'no such claim'];

const which = fc.nat({ max: CLAIMS.length - 1 });
/** Which of the credits there are, counted round. */
const credit = fc.nat({ max: 7 });
const amount = fc.oneof(fc.constant(undefined), fc.bigInt({ min: -1n, max: 500_000n }), fc.constant(1_300_000n));
const request = fc.constantFrom(undefined, undefined, 'k1', 'k2', 'k3');
const step = fc.oneof(
  fc.record({ do: fc.constant('approve' as const), which: fc.option(which), amount, request }),
  fc.record({ do: fc.constant('reject' as const), which, request }),
  fc.record({ do: fc.constant('adjust' as const), which, amount, hours: fc.nat({ max: 200 }), request }),
  fc.record({ do: fc.constantFrom('post' as const, 'settle' as const), credit, reference: fc.constantFrom('a', 'b') }),
  fc.record({ do: fc.constant('reverse' as const), credit, amount, request }),
  fc.record({ do: fc.constantFrom('exclude' as const, 'withdraw' as const, 'end' as const) }),
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

function decide(books: TestDesk, taken: Step, index: number): CreditFact | undefined {
  const money = (minor: bigint | undefined) => (minor === undefined ? {} : { amount: { minor, currency: 'KZT' } });
  const credits = books.standing().credits;
  const existing = (nth: number) => credits[nth % credits.length]?.credit ?? nth;
  switch (taken.do) {
    case 'approve': {
      const claims = taken.which === null ? {} : { claims: [CLAIMS[taken.which] ?? ''] };
      return books.approve({ ...claims, ...money(taken.amount) }, taken.request);
    }
    case 'reject':
      return books.reject(CLAIMS[taken.which] ?? '', taken.request);
    case 'adjust': {
      const agreed = taken.amount === undefined ? { durationMs: taken.hours * HOUR } : money(taken.amount);
      return books.adjust(CLAIMS[taken.which] ?? '', agreed, taken.request);
    }
    case 'post':
      return books.post(existing(taken.credit), taken.reference);
    case 'settle':
      return books.settle(existing(taken.credit), taken.reference);
    case 'reverse':
      return books.reverse(existing(taken.credit), money(taken.amount), taken.request);
    case 'exclude':
      books.learn(exclusion('2026-03-02', '2026-03-06', { id: `x${index}`, recorded: books.now }));
      return undefined;
    case 'withdraw':
      books.learn(exclusionWithdrawn(`x${index - 1}`, books.now));
      return undefined;
    case 'end':
      books.learn(lifecycle('2026-04-04', 'ended'));
      return undefined;
  }
}

/** The entries added up with a pencil: no rule of the ledger, only signs. */
function addUp(entries: readonly CreditFact[]) {
  const of = (credit: number) => entries.find(({ entry }) => entry === credit);
  const paidBy = (credit: number) =>
    entries.find(
      (entry) => (entry.type === 'credit-posted' || entry.type === 'credit-settled') && entry.credit === credit,
    );
  const sums = { approved: 0n, 'credit-posted': 0n, 'credit-settled': 0n };
  for (const entry of entries) {
    if (entry.type === 'credit-approved') sums.approved += entry.amount.minor;
    if (entry.type === 'credit-posted' || entry.type === 'credit-settled') sums[entry.type] += entry.amount.minor;
    if (entry.type === 'credit-reversed') {
      expect(of(entry.credit)?.type).toBe('credit-approved');
      sums.approved -= entry.amount.minor;
      const paid = paidBy(entry.credit);
      if (paid && paid.entry < entry.entry) sums[paid.type as 'credit-posted'] -= entry.amount.minor;
    }
  }
  return sums;
}

const world = (automatic: boolean) =>
  new TestDesk(
    [
      ...plan(),
      // Long enough that all of it together is far above the cap.
      ...march(['2026-03-02', '2026-03-04 12:00'], ['2026-03-05', '2026-03-06'], ['2026-03-10 12:00', '2026-03-12']),
      ...DAYS.map((day) => claim(day)),
    ],
    automatic ? { contract: crediting(AGREEMENT, { mode: 'automatic' }) } : {},
  );

it('the entries of a month never exceed its cap, add up to the standing, and each credit is paid at most once', () => {
  let recorded = 0;
  fc.assert(
    fc.property(fc.boolean(), fc.array(step, { maxLength: 40, size: 'max' }), (automatic, steps) => {
      const books = world(automatic);
      const entries: CreditFact[] = [];
      const past: [number, string][] = [];
      for (const [index, taken] of steps.entries()) {
        try {
          const entry = decide(books, taken, index);
          if (!entry) continue;
          const again = entries.find((earlier) => earlier.entry === entry.entry);
          if (again) expect(entry).toBe(again);
          else entries.push(entry);
        } catch (error) {
          if (!(error instanceof CreditRefused)) throw error;
        }
        const standing = books.standing();
        expect(standing.approved.minor <= standing.cap.minor).toBe(true);
        expect(standing.owed.minor <= standing.cap.minor).toBe(true);
        const sums = addUp(entries);
        expect(sums.approved).toBe(standing.approved.minor);
        expect(sums['credit-posted']).toBe(standing.posted.minor);
        expect(sums['credit-settled']).toBe(standing.settled.minor);
        expect(standing.posted.minor + standing.settled.minor + standing.unpaid.minor).toBe(standing.approved.minor);
        expect(standing.open.minor - standing.excess.minor).toBe(standing.owed.minor - standing.approved.minor);
        past.push([books.now - 1, figuresOf(books, books.now - 1)]);
      }
      const paid = entries.flatMap((entry) =>
        entry.type === 'credit-posted' || entry.type === 'credit-settled' ? [entry.credit] : [],
      );
      expect(new Set(paid).size).toBe(paid.length);
      expect(entries.map(({ entry }) => entry)).toEqual(entries.map((_, i) => i + 1));
      for (const [asOf, figures] of past) expect(figuresOf(books, asOf)).toBe(figures);
      recorded += entries.length;
    }),
    { numRuns: 300 },
  );
  // A generator whose every decision is refused would prove nothing.
  expect(recorded).toBeGreaterThan(600);
});

function figuresOf(books: TestDesk, asOf: number): string {
  return JSON.stringify(books.standing('2026-03', asOf), (_, value) =>
    typeof value === 'bigint' ? `${value}` : value,
  );
}

it('what may come next is what may come next', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25, size: 'max' }), (steps) => {
      const books = world(false);
      for (const [index, taken] of steps.entries()) {
        try {
          decide(books, taken, index);
        } catch (error) {
          if (!(error instanceof CreditRefused)) throw error;
        }
      }
      const { next } = books.standing();
      if (next.approve.minor > 0n) expect(books.approve().amount).toEqual(next.approve);
      else expect(() => books.approve()).toThrow(CreditRefused);
      for (const id of CLAIMS) {
        const copy = books.now;
        const allowed = books.standing().next.reject.includes(id);
        if (!allowed) expect(() => books.reject(id)).toThrow(CreditRefused);
        expect(books.now).toBe(copy);
      }
      const { pay, reverse } = books.standing().next;
      for (const number of pay) expect(books.post(number).credit).toBe(number);
      for (const number of reverse) expect(books.reverse(number).credit).toBe(number);
      expect(books.standing().approved.minor).toBe(0n);
    }),
    { numRuns: 200 },
  );
});

it('what a revision does to the ledger leaves nothing paid beyond what is owed, and is done once', () => {
  let corrected = 0;
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 25, size: 'max' }),
      fc.bigInt({ min: 0n, max: 2_000_000n }),
      fc.boolean(),
      (steps, minor, excluded) => {
        const books = world(false);
        for (const [index, taken] of steps.entries()) {
          try {
            decide(books, taken, index);
          } catch (error) {
            if (!(error instanceof CreditRefused)) throw error;
          }
        }
        const revisedAsOf = books.now - 1;
        books.learn({ type: 'fee', service: 's1', from: at('2026-03-01'), monthly: { minor, currency: 'KZT' } });
        if (excluded) books.learn(exclusion('2026-03-02', '2026-03-11', { id: 'late', recorded: books.now }));
        const correction = { month: '2026-03', reason: 'revision 2', revisedAsOf };
        const before = books.standing();
        const entries = correctionsOf(books.asked(undefined, 'kepil'), correction);
        for (const entry of entries) books.record(entry);
        corrected += entries.length;
        const after = books.standing();
        expect(after.excess.minor).toBe(0n);
        expect(after.approved.minor <= after.cap.minor).toBe(true);
        if (before.excess.minor > 0n) expect(after.approved.minor).toBe(after.owed.minor);
        expect(correctionsOf(books.asked(undefined, 'kepil'), { month: '2026-03', reason: 'again' })).toEqual([]);
      },
    ),
    { numRuns: 400 },
  );
  expect(corrected).toBeGreaterThan(40);
});

it('an entry that no desk would record changes nothing', () => {
  const books = world(false);
  books.approve({ claims: ['claim 2026-03-10'], amount: { minor: 100n, currency: 'KZT' } });
  books.post(1);
  const before = books.figures();
  const forged = { service: 's1', by: 'x', at: at('2026-04-06'), credit: 1, reference: 'b2' };
  const money = { minor: 100n, currency: 'KZT' };
  books.ledger.add({ type: 'credit-posted', ...forged, entry: 3, amount: money }, books.now);
  books.ledger.add({ type: 'credit-settled', ...forged, entry: 4, amount: money }, books.now);
  const { reference: _, ...reversal } = forged;
  books.ledger.add(
    { type: 'credit-reversed', ...reversal, entry: 5, amount: { ...money, minor: 101n }, reason: 'x' },
    books.now,
  );
  expect(books.figures()).toEqual(before);
});
