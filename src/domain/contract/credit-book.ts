/**
 * A service's credits as its recorded decisions leave them: accrued → claimed → approved → posted or settled, or rejected
 * (CONTRACT.md, Life of a credit). Nothing is edited: what was wrong is reversed by a further entry.
 *
 * Folding is total. An entry that cannot be (a second payment of one credit, a reversal of more than there is) changes
 * nothing: such entries are refused before they are recorded, and a hand that wrote one all the same gains nothing by it.
 */
import type { ClaimAdjustedFact, CreditFact, CreditPaidFact, CreditRejectedFact } from '../facts/fact.ts';
import type { Money } from '../money/money.ts';

/** One credit: approved once, paid at most once, as a whole. */
export interface Credit {
  /** Number of the entry that approved it. */
  readonly credit: number;
  readonly month: string;
  readonly approved: Money;
  readonly claims: readonly string[];
  /** Taken back so far, in minor units; never more than was approved. */
  readonly reversedMinor: bigint;
  /** How it was paid; undefined while it was not. */
  readonly paid: CreditPaidFact | undefined;
}

/** The newest answer to a claim other than a credit. */
export type ClaimAnswer = CreditRejectedFact | ClaimAdjustedFact;

export interface CreditBook {
  /** Number of the newest entry; 0 for none. */
  readonly last: number;
  /** In the order of their approval. */
  readonly credits: readonly Credit[];
  readonly answers: ReadonlyMap<string, ClaimAnswer>;
}

/** Folds decisions, in the order of their numbers. */
export function foldCredits(entries: readonly CreditFact[]): CreditBook {
  const credits = new Map<number, Credit>();
  const answers = new Map<string, ClaimAnswer>();
  let last = 0;
  for (const entry of entries) {
    if (entry.entry <= last) continue;
    last = entry.entry;
    switch (entry.type) {
      case 'credit-approved': {
        const { month, amount: approved, claims } = entry;
        credits.set(last, { credit: last, month, approved, claims, reversedMinor: 0n, paid: undefined });
        break;
      }
      case 'credit-rejected':
      case 'claim-adjusted':
        answers.set(entry.claim, entry);
        break;
      case 'credit-posted':
      case 'credit-settled': {
        const credit = credits.get(entry.credit);
        if (credit && !credit.paid && entry.amount.minor === remainingMinor(credit)) {
          credits.set(entry.credit, { ...credit, paid: entry });
        }
        break;
      }
      case 'credit-reversed': {
        const credit = credits.get(entry.credit);
        if (credit && entry.amount.minor > 0n && entry.amount.minor <= remainingMinor(credit)) {
          credits.set(entry.credit, { ...credit, reversedMinor: credit.reversedMinor + entry.amount.minor });
        }
        break;
      }
    }
  }
  return { last, credits: [...credits.values()], answers };
}

/** What of a credit still stands, in minor units: approved less reversed. */
export function remainingMinor(credit: Credit): bigint {
  return credit.approved.minor - credit.reversedMinor;
}
