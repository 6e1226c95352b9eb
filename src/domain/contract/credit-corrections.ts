/**
 * What a further revision of a statement does to the ledger: what was approved beyond what is owed now is reversed; what
 * is owed beyond that is approved, where all that was owed before had been. Never an edit.
 */
import type { CreditFact } from '../facts/fact.ts';
import type { Money } from '../money/money.ts';
import type { Instant } from '../time/instant.ts';
import { remainingMinor } from './credit-book.ts';
import type { CreditDesk } from './credit-decisions.ts';
import { measureMonth, owedFor } from './credit-month.ts';
import { creditBookOf, creditStanding } from './credit-standing.ts';

export interface Correction {
  readonly month: string;
  /** Why, as it is recorded. */
  readonly reason: string;
  /** The knowledge of the statement that is revised; absent for a first one, which approves nothing. */
  readonly revisedAsOf?: Instant;
}

/** The entries to record, in the order of their numbers; none where the ledger is right as it is. */
export function correctionsOf(desk: CreditDesk, correction: Correction): readonly CreditFact[] {
  const { ledger, service, asOf, by } = desk;
  const { month, reason } = correction;
  const book = creditBookOf(ledger, service, asOf);
  if (!book.credits.some((credit) => credit.month === month)) return [];
  const standing = creditStanding({ ...desk, month });
  let { last } = book;
  const nextEntry = () => {
    last += 1;
    return { service, entry: last, by, at: asOf };
  };
  if (standing.open.minor > 0n && wasApprovedWhole(desk, correction, standing.approved)) {
    const claims = standing.claims.filter(({ state }) => state !== 'rejected').map(({ claim }) => claim.id);
    return [{ type: 'credit-approved', ...nextEntry(), month, amount: standing.open, claims, reason }];
  }
  let excess = standing.excess.minor;
  // What is not yet on an account first; then the newest.
  const reversible = standing.credits.toSorted(
    (a, b) => Number(a.paid !== undefined) - Number(b.paid !== undefined) || b.credit - a.credit,
  );
  return reversible.flatMap((credit): CreditFact[] => {
    const remaining = remainingMinor(credit);
    const minor = remaining < excess ? remaining : excess;
    if (minor === 0n) return [];
    excess -= minor;
    const amount = { minor, currency: credit.approved.currency };
    return [{ type: 'credit-reversed', ...nextEntry(), credit: credit.credit, amount, reason }];
  });
}

/** Whether people had approved all that the revised statement's measurement came to, by the claims of today. */
function wasApprovedWhole(desk: CreditDesk, { month, revisedAsOf }: Correction, approved: Money): boolean {
  if (revisedAsOf === undefined || approved.minor === 0n) return false;
  const { claims } = measureMonth({ ...desk, month });
  const then = { ...measureMonth({ ...desk, month, asOf: revisedAsOf }), claims };
  const { answers } = creditBookOf(desk.ledger, desk.service, desk.asOf);
  return approved.minor >= owedFor(then, answers, { claims, automatic: true }).minor;
}
