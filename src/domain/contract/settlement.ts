/**
 * The settlement of a cancelled service: what of the fees goes back to the balance (cl. 4.7, 4.8), and the compensation
 * that may now be paid in money (cl. 8.4).
 *
 * What was paid is given as the days paid for, `paid`: whole months of the contract clock from its first day, each at
 * the fees in force. A month's day costs that day's fee divided by the month's days, so that the days of a month come to
 * its fee exactly. A day that the service began to serve counts as served.
 */
import type { FeeFact, LifecycleFact } from '../facts/fact.ts';
import { inForce, knownAt } from '../facts/ledger.ts';
import { add, type Fraction, ZERO } from '../money/fraction.ts';
import { divideHalfAwayFromZero, type Money } from '../money/money.ts';
import { dateOf, dayInterval } from '../time/contract-calendar.ts';
import { DAY, type Instant } from '../time/instant.ts';
import { type Interval, overlap } from '../time/interval.ts';
import { quote } from '../time/text.ts';
import { firstActive } from './activity.ts';
import { type Credit, remainingMinor } from './credit-book.ts';
import { CreditRefused } from './credit-decisions.ts';
import { creditBookOf } from './credit-standing.ts';
import { editionAt } from './editions.ts';
import type { ServiceQuestion } from './service-time.ts';
import { afterWorkingDays, workingDaysOf } from './working-days.ts';

/** Contract-clock days, `2026-03-10`: from the first that is paid for to the first that is not. */
export interface PaidDays {
  readonly from: string;
  readonly until: string;
}

export interface SettlementQuestion extends ServiceQuestion {
  /** Of the newest payments without a break; its first day is the service's first where nothing else is said. */
  readonly paid: { readonly from?: string; readonly until: string };
  /** When the customer asked for it; the end of the service where nothing else is said. */
  readonly requestedAt?: Instant;
}

export interface Settlement {
  readonly service: string;
  readonly endedAt: Instant;
  readonly paid: PaidDays;
  /** `full`: cancelled in the first days, all that was paid goes back (cl. 4.7); else the days not served (cl. 4.8). */
  readonly rule: 'full' | 'days-not-served';
  readonly daysPaid: number;
  readonly daysNotServed: number;
  /** To the account's balance. */
  readonly refund: Money;
  /** Approved and unpaid, in money (cl. 8.4): one amount for each currency. */
  readonly compensation: readonly Money[];
  /** The credits it consists of. */
  readonly credits: readonly number[];
  /** By when it is due: the end of the last working day allowed; null where the contract names no working days. */
  readonly dueBy: Instant | null;
}

/**
 * Settles a service that is ended as known at an instant.
 * @throws CreditRefused the service is not ended or never began, or the paid days are no whole months.
 * @throws RangeError fees in more than one currency.
 */
export function settlementOf(question: SettlementQuestion): Settlement {
  const { ledger, contract, service, asOf } = question;
  const record = ledger.service(service);
  const lifecycle = knownAt(record?.lifecycle ?? [], asOf);
  const endedAt = endOf(lifecycle, asOf);
  const startedAt = firstActive(lifecycle);
  if (endedAt === undefined || startedAt === undefined || startedAt >= endedAt) {
    throw new CreditRefused('service', quote(service), 'one that was active and is ended');
  }
  const edition = editionAt(contract, endedAt);
  const { offsetMinutes } = contract;
  const paid = { from: question.paid.from ?? dateOf(startedAt, offsetMinutes), until: question.paid.until };
  const days = paidDays(paid, offsetMinutes);
  const notServed = days.filter((day) => day.start >= endedAt);
  const full = endedAt < startedAt + edition.lifecycle.fullRefundDays * DAY;
  const refund = priceOf(full ? days : notServed, knownAt(record?.fees ?? [], asOf), contract.currency);

  const unpaid = creditBookOf(ledger, service, asOf).credits.filter((one) => !one.paid && remainingMinor(one) > 0n);
  const requestedAt = question.requestedAt ?? endedAt;
  const working = workingDaysOf(edition);
  return {
    service,
    endedAt,
    paid,
    rule: full ? 'full' : 'days-not-served',
    daysPaid: days.length,
    daysNotServed: notServed.length,
    refund,
    compensation: sumByCurrency(unpaid),
    credits: unpaid.map(({ credit }) => credit),
    dueBy: working ? afterWorkingDays(contract, working, requestedAt, edition.lifecycle.settlementWorkingDays) : null,
  };
}

/** When the service ended for the last time, if it is ended. */
function endOf(lifecycle: readonly LifecycleFact[], asOf: Instant): Instant | undefined {
  const spans = inForce(lifecycle).filter((span) => span.start < asOf);
  const lastOther = spans.findLastIndex((span) => span.fact.status !== 'ended');
  return spans[lastOther + 1]?.start;
}

interface PaidDay extends Interval {
  /** How many days the month of payment has that it belongs to. */
  readonly ofDays: number;
}

function paidDays(paid: PaidDays, offsetMinutes: number): readonly PaidDay[] {
  const first = plainDate('paid from', paid.from);
  const until = plainDate('paid until', paid.until);
  const days: PaidDay[] = [];
  for (let months = 0; ; months += 1) {
    const start = first.add({ months });
    if (start.equals(until)) return days;
    if (Temporal.PlainDate.compare(start, until) > 0) {
      throw new CreditRefused(
        'paid until',
        paid.until,
        `a whole number of months after ${paid.from}, such as ${start}`,
      );
    }
    const end = first.add({ months: months + 1 });
    const ofDays = start.until(end, { largestUnit: 'days' }).days;
    for (let day = 0; day < ofDays; day += 1) {
      days.push({ ...dayInterval(start.add({ days: day }).toString(), offsetMinutes), ofDays });
    }
  }
}

function plainDate(field: string, text: string): Temporal.PlainDate {
  try {
    if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return Temporal.PlainDate.from(text, { overflow: 'reject' });
  } catch {
    // Of the shape of a date, and in no calendar: said below.
  }
  throw new CreditRefused(field, quote(text), 'a calendar date such as 2026-03-10');
}

/** What days cost, rounded once. A day's fee is the last one in force on it. */
function priceOf(days: readonly PaidDay[], fees: readonly FeeFact[], fallback: string): Money {
  const periods = inForce(fees);
  const currencies = new Set<string>();
  const price = days.reduce((sum: Fraction, day) => {
    const fee = periods.findLast((period) => overlap(period, day))?.fact.monthly;
    if (!fee) return sum;
    currencies.add(fee.currency);
    return add(sum, { numerator: fee.minor, denominator: BigInt(day.ofDays) });
  }, ZERO);
  if (currencies.size > 1) {
    throw new RangeError(`fees of ${fees[0]?.service}: found ${[...currencies].join(' and ')}, expected one currency`);
  }
  const [currency = fallback] = currencies;
  return { minor: divideHalfAwayFromZero(price.numerator, price.denominator), currency };
}

function sumByCurrency(credits: readonly Credit[]): readonly Money[] {
  const byCurrency = Map.groupBy(credits, (credit) => credit.approved.currency);
  return [...byCurrency].map(([currency, list]) => ({
    minor: list.reduce((sum, credit) => sum + remainingMinor(credit), 0n),
    currency,
  }));
}
