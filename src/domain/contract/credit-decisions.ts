/**
 * The decisions on credits: each is checked against how things stand and becomes the next numbered entry, or is refused
 * with a reason. The caller records it under `creditKey`, so that of two decisions on one standing only one is recorded.
 *
 * A request that was made before (`request`, or for a payment its reference) gives the entry of then.
 */
import type {
  ClaimAdjustedFact,
  ClaimFact,
  CreditApprovedFact,
  CreditFact,
  CreditPaidFact,
  CreditRejectedFact,
  CreditReversedFact,
} from '../facts/fact.ts';
import { knownAt } from '../facts/ledger.ts';
import { formatAmount, type Money } from '../money/money.ts';
import { dayInterval, formatMonth, monthInterval, monthOf, parseMonth } from '../time/contract-calendar.ts';
import type { Millis } from '../time/instant.ts';
import { quote } from '../time/text.ts';
import { isEndedBefore } from './activity.ts';
import { creditCap } from './credit.ts';
import { type Credit, remainingMinor } from './credit-book.ts';
import { measureMonth, owedFor } from './credit-month.ts';
import { creditBookOf, creditStanding } from './credit-standing.ts';
import { editionAt } from './editions.ts';
import type { ServiceQuestion } from './service-time.ts';

/** A decision that the facts do not allow. */
export class CreditRefused extends Error {
  readonly code = 'credit_refused';
  readonly field: string;
  readonly found: string;
  readonly expected: string;

  constructor(field: string, found: string, expected: string) {
    super(`${field}: found ${found}, expected ${expected}`);
    this.field = field;
    this.found = found;
    this.expected = expected;
  }
}

/** Who decides, on which service; `asOf` is now. */
export interface CreditDesk extends ServiceQuestion {
  readonly by: string;
  /** The same text makes a repeated request one. */
  readonly request?: string;
}

/** The journal key of an entry. */
export function creditKey({ service, entry }: CreditFact): string {
  return `credit/${service}/${entry}`;
}

/**
 * Approves what is open of a month, or a part of it. Without `claims` it answers every claim of the month that stands.
 * @throws CreditRefused the month is not over, a claim is none of its, or more is asked than is open.
 */
export function approveCredit(
  desk: CreditDesk,
  given: {
    readonly month: string;
    readonly amount?: Money;
    readonly claims?: readonly string[];
    readonly reason?: string;
  },
): CreditApprovedFact {
  const repeated = repeatOf(desk, 'credit-approved', given);
  if (repeated) return repeated;
  const { month, reason } = given;
  const { end } = monthInterval(parseMonth(month), desk.contract.offsetMinutes);
  if (end > desk.asOf) throw new CreditRefused('month', month, 'a month that is over');
  const standing = creditStanding({ ...desk, month });
  const answerable = standing.claims.filter(({ state }) => state !== 'rejected').map(({ claim }) => claim.id);
  const stranger = given.claims?.find((id) => !answerable.includes(id));
  if (stranger !== undefined) {
    throw new CreditRefused('claim', quote(stranger), among(answerable, `standing claims for ${month}`));
  }
  const most = given.claims ? openForClaims(desk, month, given.claims, standing.open) : standing.open;
  if (most.minor === 0n) {
    const { owed, approved } = standing;
    throw new CreditRefused(
      'month',
      `${month} with nothing open (owed ${formatAmount(owed)}, approved ${formatAmount(approved)} ${owed.currency})`,
      'one with credit that is claimed, or credited without a claim, and not yet approved',
    );
  }
  const amount = amountWithin(given.amount, most);
  const claims = given.claims ?? answerable;
  return {
    type: 'credit-approved',
    ...entryOf(desk),
    month,
    amount,
    claims,
    ...(reason === undefined ? {} : { reason }),
  };
}

/** What is open for some of a month's claims: never more than is open for the month. */
function openForClaims(desk: CreditDesk, month: string, ids: readonly string[], open: Money): Money {
  const measured = measureMonth({ ...desk, month });
  const { answers, credits } = creditBookOf(desk.ledger, desk.service, desk.asOf);
  const claims = measured.claims.filter(({ id }) => ids.includes(id));
  const owed = owedFor(measured, answers, { claims, automatic: false });
  const approved = credits
    .filter((credit) => credit.month === month && credit.claims.length > 0)
    .filter((credit) => credit.claims.every((id) => ids.includes(id)))
    .reduce((total, credit) => total + remainingMinor(credit), 0n);
  const minor = [owed.minor - approved, open.minor].reduce((a, b) => (a < b ? a : b));
  return { minor: minor > 0n ? minor : 0n, currency: open.currency };
}

/**
 * Answers a claim with no.
 * @throws CreditRefused the claim is unknown, rejected already, or answered by a credit that stands.
 */
export function rejectClaim(
  desk: CreditDesk,
  given: { readonly claim: string; readonly reason: string },
): CreditRejectedFact {
  const repeated = repeatOf(desk, 'credit-rejected', given);
  if (repeated) return repeated;
  const { id: claim } = requireClaim(desk, given.claim);
  requireText('reason', given.reason);
  const { answers, credits } = creditBookOf(desk.ledger, desk.service, desk.asOf);
  const answer = answers.get(claim);
  if (answer?.type === 'credit-rejected') {
    throw new CreditRefused('claim', `${quote(claim)}, rejected by ${quote(answer.by)}`, 'one that stands');
  }
  const credit = credits.find((one) => one.claims.includes(claim) && remainingMinor(one) > 0n);
  if (credit) {
    throw new CreditRefused(
      'claim',
      `${quote(claim)} with credit ${credit.credit}`,
      'one whose credit is reversed first',
    );
  }
  return { type: 'credit-rejected', ...entryOf(desk), claim, reason: given.reason };
}

/**
 * Records what the parties agreed on a claim (cl. 8.2): it takes the place of the measurement of the claim's outages.
 * @throws CreditRefused the claim is unknown, not exactly one of duration and amount is given, the amount is above the
 * cap, or the contract credits by availability, where a duration gives no amount.
 */
export function adjustClaim(
  desk: CreditDesk,
  given: { readonly claim: string; readonly durationMs?: Millis; readonly amount?: Money; readonly reason: string },
): ClaimAdjustedFact {
  const repeated = repeatOf(desk, 'claim-adjusted', given);
  if (repeated) return repeated;
  const { id: claim, date } = requireClaim(desk, given.claim);
  requireText('reason', given.reason);
  const { durationMs, amount, reason } = given;
  if ((durationMs === undefined) === (amount === undefined)) {
    throw new CreditRefused('duration and amount', amount === undefined ? 'neither' : 'both', 'one of them');
  }
  const { offsetMinutes } = desk.contract;
  const day = dayInterval(date, offsetMinutes);
  if (amount === undefined) {
    if (editionAt(desk.contract, day.start).credit.scheme.kind !== 'hourly') {
      throw new CreditRefused('duration', 'a length', 'an amount, for the contract credits by availability');
    }
  } else {
    const cap = creditCap(measureMonth({ ...desk, month: formatMonth(monthOf(day.start, offsetMinutes)) }));
    amountWithin(amount, cap, 0n);
  }
  return {
    type: 'claim-adjusted',
    ...entryOf(desk),
    claim,
    ...(durationMs === undefined ? {} : { durationMs }),
    ...(amount === undefined ? {} : { amount }),
    reason,
  };
}

/**
 * Records that a credit was paid, as a whole: as a bonus, or in money once the service is ended (cl. 8.3, 8.4). The same
 * reference again gives the entry of then.
 * @throws CreditRefused there is no such credit, it was paid or reversed, or money is for a service that is not ended.
 */
export function payCredit(
  desk: CreditDesk,
  given: { readonly type: CreditPaidFact['type']; readonly credit: number; readonly reference: string },
): CreditPaidFact {
  const { type, reference } = given;
  const repeated = repeatOf(desk, type, { credit: given.credit, reference });
  if (repeated) return repeated;
  requireText('reference', reference);
  const credit = requireCredit(desk, given.credit);
  if (credit.paid) {
    if (credit.paid.type === type && credit.paid.reference === reference) return credit.paid;
    const { type: how, reference: as, by } = credit.paid;
    throw new CreditRefused(
      'credit',
      `${credit.credit}, ${how === 'credit-posted' ? 'posted' : 'settled'} as ${quote(as)} by ${quote(by)}`,
      'one that is not paid yet',
    );
  }
  const minor = requireRemaining(credit);
  const record = desk.ledger.service(desk.service);
  if (type === 'credit-settled' && !isEndedBefore(knownAt(record?.lifecycle ?? [], desk.asOf), desk.asOf)) {
    throw new CreditRefused(
      'service',
      `${quote(desk.service)}, which is not ended`,
      'an ended one: money is for those alone (cl. 8.4)',
    );
  }
  const amount = { minor, currency: credit.approved.currency };
  return { type, ...entryOf(desk), credit: credit.credit, amount, reference };
}

/**
 * Takes back a credit, or a part of it.
 * @throws CreditRefused there is no such credit, or less of it stands.
 */
export function reverseCredit(
  desk: CreditDesk,
  given: { readonly credit: number; readonly amount?: Money; readonly reason: string },
): CreditReversedFact {
  const repeated = repeatOf(desk, 'credit-reversed', given);
  if (repeated) return repeated;
  requireText('reason', given.reason);
  const credit = requireCredit(desk, given.credit);
  const amount = amountWithin(given.amount, { minor: requireRemaining(credit), currency: credit.approved.currency });
  return { type: 'credit-reversed', ...entryOf(desk), credit: credit.credit, amount, reason: given.reason };
}

type Entry = Pick<CreditFact, 'service' | 'entry' | 'by' | 'at' | 'request'>;

function entryOf({ ledger, service, asOf, by, request }: CreditDesk): Entry {
  requireText('by', by);
  const entry = creditBookOf(ledger, service, asOf).last + 1;
  return { service, entry, by, at: asOf, ...(request === undefined ? {} : { request }) };
}

/** The entry that the same request made before; what the request left open is not compared. */
function repeatOf<T extends CreditFact['type']>(
  { ledger, service, asOf, by, request }: CreditDesk,
  type: T,
  given: object,
): Extract<CreditFact, { readonly type: T }> | undefined {
  if (request === undefined) return undefined;
  requireText('key', request);
  const earlier = knownAt(ledger.service(service)?.credits ?? [], asOf).find((entry) => entry.request === request);
  if (!earlier) return undefined;
  const recorded: Readonly<Record<string, unknown>> = { ...earlier };
  const differs = Object.entries({ type, ...given, by }).find(
    ([name, value]) => value !== undefined && plain(value) !== plain(recorded[name]),
  );
  if (differs) {
    throw new CreditRefused(
      'key',
      `${quote(request)}, which names entry ${earlier.entry} (${earlier.type}) with another ${differs[0]}`,
      'a key of its own for another decision',
    );
  }
  return earlier as Extract<CreditFact, { readonly type: T }>;
}

/** Equal texts for equal values of a request: texts, numbers, lists of texts, money. */
function plain(value: unknown): string {
  if (typeof value === 'object' && value !== null && 'minor' in value && 'currency' in value) {
    return `${value.minor} ${value.currency}`;
  }
  return JSON.stringify(value) ?? '';
}

function requireClaim({ ledger, service, asOf }: CreditDesk, id: string): ClaimFact {
  const claims = knownAt(ledger.service(service)?.claims ?? [], asOf);
  const claim = claims.find((one) => one.id === id);
  if (claim) return claim;
  throw new CreditRefused(
    'claim',
    quote(id),
    among(
      claims.map((one) => one.id),
      `claims of ${service}`,
    ),
  );
}

function requireCredit({ ledger, service, asOf }: CreditDesk, number: number): Credit {
  const { credits } = creditBookOf(ledger, service, asOf);
  const credit = credits.find((one) => one.credit === number);
  if (credit) return credit;
  throw new CreditRefused(
    'credit',
    String(number),
    among(
      credits.map((one) => String(one.credit)),
      `credits of ${service}`,
    ),
  );
}

function requireRemaining(credit: Credit): bigint {
  const minor = remainingMinor(credit);
  if (minor > 0n) return minor;
  throw new CreditRefused('credit', `${credit.credit}, which is reversed`, 'one that stands');
}

/** The amount asked for, or the most that may be. */
function amountWithin(asked: Money | undefined, most: Money, least = 1n): Money {
  if (asked === undefined) return most;
  if (asked.currency !== most.currency) throw new CreditRefused('currency', asked.currency, most.currency);
  if (asked.minor < least || asked.minor > most.minor) {
    const from = formatAmount({ minor: least, currency: most.currency });
    throw new CreditRefused('amount', formatAmount(asked), `${from} to ${formatAmount(most)} ${most.currency}`);
  }
  return asked;
}

function requireText(field: string, text: string): void {
  if (text.trim() === '') throw new CreditRefused(field, 'an empty text', 'some words');
}

function among(names: readonly string[], of: string): string {
  return names.length === 0 ? `one of the ${of}, of which there are none` : `one of the ${of}: ${names.join(', ')}`;
}
