/** How a service's credits for a month stand: a pure function of the facts known as of an instant (CONTRACT.md, cl. 8). */
import type { Ledger } from '../facts/ledger.ts';
import { knownAt } from '../facts/ledger.ts';
import type { Money } from '../money/money.ts';
import { intersect } from '../time/interval-set.ts';
import { type ClaimMatch, claimedOutages, matchClaim } from './claims.ts';
import { creditCap, creditFor } from './credit.ts';
import { type Credit, type CreditBook, foldCredits, remainingMinor } from './credit-book.ts';
import { type MeasuredMonth, measureMonth, owedFor } from './credit-month.ts';
import type { StatementQuestion } from './statement.ts';

/** A claim, what was measured, and what became of it. */
export interface ClaimStanding extends ClaimMatch {
  readonly state: 'claimed' | 'rejected' | 'adjusted' | 'approved';
}

/** What may be decided next; amounts are the most that may be, credits are named by their numbers. */
export interface NextEntries {
  /** Zero: nothing may be approved. */
  readonly approve: Money;
  /** To be posted, or settled once the service is ended. */
  readonly pay: readonly number[];
  readonly reverse: readonly number[];
  /** Ids of claims that may be rejected. */
  readonly reject: readonly string[];
}

export interface CreditStanding {
  readonly service: string;
  readonly month: string;
  /** For all unplanned downtime of the month. */
  readonly accrued: Money;
  /** For the outages that any claim touches, as measured. */
  readonly claimed: Money;
  /** What of it only rejected claims touch. */
  readonly rejected: Money;
  /** What is due to the customer in all: standing claims, agreements, automatic credit; at most the cap. */
  readonly owed: Money;
  /** Approved less reversed; posted and settled likewise. */
  readonly approved: Money;
  readonly posted: Money;
  readonly settled: Money;
  /** Owed and not yet approved. */
  readonly open: Money;
  /** Approved, and by what is known now no longer owed: to be reversed. */
  readonly excess: Money;
  /** Approved, neither posted nor settled yet. */
  readonly unpaid: Money;
  readonly cap: Money;
  readonly claims: readonly ClaimStanding[];
  readonly credits: readonly Credit[];
  readonly next: NextEntries;
}

/** A service's credit book as known at an instant. */
export function creditBookOf(ledger: Ledger, service: string, asOf: number): CreditBook {
  return foldCredits(knownAt(ledger.service(service)?.credits ?? [], asOf));
}

/**
 * How the credits of a month stand.
 * @throws RangeError when the facts do not define the service, or the month is no month.
 */
export function creditStanding(question: StatementQuestion): CreditStanding {
  const { ledger, service, month, asOf } = question;
  const measured = measureMonth(question);
  const book = creditBookOf(ledger, service, asOf);
  const credits = book.credits.filter((credit) => credit.month === month);
  const cap = creditCap(measured);
  const money = (minor: bigint): Money => ({ minor: minor > 0n ? minor : 0n, currency: cap.currency });
  const sum = (of: readonly Credit[]) => of.reduce((total, credit) => total + remainingMinor(credit), 0n);
  const paid = (by: 'credit-posted' | 'credit-settled') => sum(credits.filter((credit) => credit.paid?.type === by));

  const owed = owedFor(measured, book.answers, { claims: measured.claims, automatic: true });
  const approved = sum(credits);
  const claimed = claimedCredit(measured, measured.claims);
  const kept = measured.claims.filter(({ id }) => book.answers.get(id)?.type !== 'credit-rejected');
  const claims = measured.claims.map((claim) => ({ ...matchClaim(claim, measured), state: stateOf(claim.id, book) }));
  const standing = credits.filter((credit) => remainingMinor(credit) > 0n);
  return {
    service,
    month,
    accrued: creditFor(measured, measured.unplanned),
    claimed,
    rejected: money(claimed.minor - claimedCredit(measured, kept).minor),
    owed,
    approved: money(approved),
    posted: money(paid('credit-posted')),
    settled: money(paid('credit-settled')),
    open: money(owed.minor - approved),
    excess: money(approved - owed.minor),
    unpaid: money(sum(credits.filter((credit) => !credit.paid))),
    cap,
    claims,
    credits,
    next: {
      approve: money(measured.month.end <= asOf ? owed.minor - approved : 0n),
      pay: standing.filter((credit) => !credit.paid).map(({ credit }) => credit),
      reverse: standing.map(({ credit }) => credit),
      reject: claims.flatMap(({ claim, state }) => (state === 'claimed' || state === 'adjusted' ? [claim.id] : [])),
    },
  };
}

function claimedCredit(measured: MeasuredMonth, claims: MeasuredMonth['claims']): Money {
  const covered = claimedOutages(claims, measured.outages, measured.contract);
  return creditFor(measured, intersect(measured.unplanned, covered));
}

function stateOf(claim: string, { credits, answers }: CreditBook): ClaimStanding['state'] {
  if (credits.some((credit) => credit.claims.includes(claim) && remainingMinor(credit) > 0n)) return 'approved';
  const answer = answers.get(claim)?.type;
  return answer === undefined ? 'claimed' : answer === 'credit-rejected' ? 'rejected' : 'adjusted';
}
