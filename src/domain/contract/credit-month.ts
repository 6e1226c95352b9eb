/** A service's month as its credits look at it: what was measured, what was claimed, and what of it is owed (cl. 8). */
import { spansOf } from '../detection/timeline.ts';
import type { ClaimFact } from '../facts/fact.ts';
import { knownAt } from '../facts/ledger.ts';
import type { Money } from '../money/money.ts';
import { dayInterval, monthInterval, parseMonth } from '../time/contract-calendar.ts';
import { type Interval, overlap } from '../time/interval.ts';
import { EMPTY, type IntervalSet, intersect, normalize, subtract, union } from '../time/interval-set.ts';
import { upTo } from './availability.ts';
import { claimedOutages } from './claims.ts';
import { classify } from './classes.ts';
import { type CreditedMonth, creditCap, creditFor, creditForAgreed } from './credit.ts';
import type { CreditBook } from './credit-book.ts';
import { editionsWithin } from './editions.ts';
import { KnownService } from './service-time.ts';
import type { StatementQuestion } from './statement.ts';

export interface MeasuredMonth extends CreditedMonth {
  /** Whole, of all time. */
  readonly outages: IntervalSet;
  /** Those that cover an outage of the month or name a day of it. */
  readonly claims: readonly ClaimFact[];
}

/**
 * Measures a month as known at an instant.
 * @throws RangeError when the facts do not define the service, or the month is no month.
 */
export function measureMonth(question: StatementQuestion): MeasuredMonth {
  const { contract, asOf } = question;
  const service = new KnownService(question);
  const month = monthInterval(parseMonth(question.month), contract.offsetMinutes);
  const known = upTo(month, asOf);
  const { up, unplanned } = classify(service.timeWithin(known)('as-defined'), known);
  const before = { start: Number.NEGATIVE_INFINITY, end: asOf };
  const outages = spansOf(service.timeline('as-defined'), 'down', before);
  const claims = knownAt(service.record.claims, asOf).filter(
    (claim) =>
      overlap(dayOf(claim, { contract }), month) !== undefined ||
      intersect(claimedOutages([claim], outages, contract), [month]).length > 0,
  );
  return { contract, fees: knownAt(service.record.fees, asOf), month, up, unplanned, outages, claims };
}

/** For whom a month's credit is asked. */
export interface Entitled {
  readonly claims: readonly ClaimFact[];
  /** Whether downtime counts that the contract credits without a claim. */
  readonly automatic: boolean;
}

/**
 * What is owed for a month: the measured downtime of the claims that stand, and all of it where the contract credits
 * automatically; for claims that the parties agreed on, what they agreed in place of the measurement. Never above the cap.
 */
export function owedFor(measured: MeasuredMonth, answers: CreditBook['answers'], entitled: Entitled): Money {
  const answered = (claim: ClaimFact) => answers.get(claim.id)?.type;
  const outagesOf = (claims: readonly ClaimFact[]) => claimedOutages(claims, measured.outages, measured.contract);
  const adjusted = measured.claims.filter((claim) => answered(claim) === 'claim-adjusted');
  const standing = entitled.claims.filter((claim) => answered(claim) === undefined);
  const claimed = union(outagesOf(standing), entitled.automatic ? automaticSpans(measured) : EMPTY);
  const byMeasurement = creditFor(measured, subtract(intersect(measured.unplanned, claimed), outagesOf(adjusted)));
  const minor = adjusted
    .filter((claim) => entitled.claims.includes(claim))
    .reduce((sum, claim) => sum + agreedMinor(measured, claim, answers), byMeasurement.minor);
  const cap = creditCap(measured);
  return { minor: minor > cap.minor ? cap.minor : minor, currency: cap.currency };
}

/** What was agreed on a claim, once: in the month of its day. */
function agreedMinor(measured: MeasuredMonth, claim: ClaimFact, answers: CreditBook['answers']): bigint {
  const answer = answers.get(claim.id);
  const day = dayOf(claim, measured);
  if (answer?.type !== 'claim-adjusted' || !overlap(day, measured.month)) return 0n;
  if (answer.amount) return answer.amount.minor;
  return creditForAgreed(measured, day, answer.durationMs ?? 0)?.minor ?? 0n;
}

/** The parts of the month in which no claim is needed. */
function automaticSpans({ contract, month }: MeasuredMonth): IntervalSet {
  const spans = editionsWithin(contract, month).filter(({ edition }) => edition.credit.mode === 'automatic');
  return normalize(spans.map(({ span }) => span));
}

function dayOf(claim: ClaimFact, { contract }: Pick<MeasuredMonth, 'contract'>): Interval {
  return dayInterval(claim.date, contract.offsetMinutes);
}
