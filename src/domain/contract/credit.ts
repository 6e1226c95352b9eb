/**
 * What the provider owes for a month's unplanned downtime (CONTRACT.md, Compensation; cl. 8.3): exact fractions of the
 * fees in force when it happened, one rounding at the end, never above the cap.
 */
import type { FeeFact } from '../facts/fact.ts';
import { inForce } from '../facts/ledger.ts';
import { add, compare, type Fraction, multiply, ZERO } from '../money/fraction.ts';
import { divideHalfAwayFromZero, type Money } from '../money/money.ts';
import { HOUR, type Millis } from '../time/instant.ts';
import { type Interval, overlap } from '../time/interval.ts';
import { clip, type IntervalSet, intersect, measure, subtract } from '../time/interval-set.ts';
import { isUnder } from './availability.ts';
import { editionAt, editionsWithin } from './editions.ts';
import type { Contract, CreditTerms, HourCounting, HourlyCredit, TieredCredit } from './terms.ts';

/** A month's time as far as credits look at it. */
export interface CreditedMonth {
  readonly contract: Contract;
  readonly fees: readonly FeeFact[];
  /** The whole month, also where only part of it has been measured yet. */
  readonly month: Interval;
  readonly up: IntervalSet;
  readonly unplanned: IntervalSet;
}

/**
 * The credit for a part of the month's unplanned time (all of it, or that of the claimed outages), capped.
 * @throws RangeError when the month's fees are in more than one currency.
 */
export function creditFor(month: CreditedMonth, compensated: IntervalSet): Money {
  const owed = editionsWithin(month.contract, month.month)
    .map(({ span, edition }) => owedWithin(month, compensated, span, edition.credit))
    .reduce(add, ZERO);
  const minor = round(owed);
  const cap = creditCap(month);
  return minor > cap.minor ? cap : { minor, currency: cap.currency };
}

/** The most that the month's credits may come to: the cap's share of the highest fee in force in the month. */
export function creditCap({ contract, fees, month }: CreditedMonth): Money {
  const caps = editionsWithin(contract, month).map(({ span, edition }) =>
    multiply({ numerator: highestFee(fees, span), denominator: 1n }, edition.credit.cap),
  );
  const highest = caps.reduce((a, b) => (compare(a, b) >= 0 ? a : b), ZERO);
  return { minor: round(highest), currency: currencyOf(fees, month, contract.currency) };
}

/**
 * The credit for a length of downtime that the parties agreed on for a day (cl. 8.2), at the fee in force at the day's
 * end, capped. Undefined where the scheme credits by availability: there a length alone says nothing.
 * @throws RangeError when the month's fees are in more than one currency.
 */
export function creditForAgreed(month: CreditedMonth, day: Interval, agreedMs: Millis): Money | undefined {
  const { scheme } = editionAt(month.contract, day.start).credit;
  if (scheme.kind !== 'hourly') return undefined;
  const fee = inForce(month.fees).findLast((period) => overlap(period, day))?.fact.monthly.minor ?? 0n;
  const minor = round(
    multiply({ numerator: fee * BigInt(countedMs(agreedMs, scheme.hours)), denominator: BigInt(HOUR) }, scheme.perHour),
  );
  const cap = creditCap(month);
  return { minor: minor > cap.minor ? cap.minor : minor, currency: cap.currency };
}

function owedWithin(month: CreditedMonth, compensated: IntervalSet, span: Interval, credit: CreditTerms): Fraction {
  const { scheme } = credit;
  const downtime = clip(compensated, span);
  return scheme.kind === 'hourly'
    ? multiply(hourly(scheme, downtime, month.fees), countedShare(month, compensated, scheme.hours))
    : tiered(scheme, downtime, { ...month, month: span });
}

function hourly(scheme: HourlyCredit, downtime: IntervalSet, fees: readonly FeeFact[]): Fraction {
  const feeMillis = inForce(fees)
    .map((period) => BigInt(measure(intersect(downtime, [period]))) * period.fact.monthly.minor)
    .reduce((sum, part) => sum + part, 0n);
  return multiply({ numerator: feeMillis, denominator: BigInt(HOUR) }, scheme.perHour);
}

/**
 * The share of each millisecond that is paid for. Full and started hours are those of the month's total, not of the part
 * that lies in one edition: two editions that count alike must not lose, or win, an hour between them.
 */
function countedShare({ contract, month }: CreditedMonth, compensated: IntervalSet, hours: HourCounting): Fraction {
  const total = editionsWithin(contract, month)
    .filter(({ edition: { credit } }) => credit.scheme.kind === 'hourly' && credit.scheme.hours === hours)
    .reduce((sum, { span }) => sum + measure(clip(compensated, span)), 0);
  return total === 0 ? ZERO : { numerator: BigInt(countedMs(total, hours)), denominator: BigInt(total) };
}

function countedMs(totalMs: Millis, hours: HourCounting): Millis {
  if (hours === 'exact') return totalMs;
  return (hours === 'full' ? Math.floor(totalMs / HOUR) : Math.ceil(totalMs / HOUR)) * HOUR;
}

/** The tier of the availability that the compensated downtime leaves; downtime not compensated counts as served. */
function tiered(scheme: TieredCredit, downtime: IntervalSet, { fees, month, up, unplanned }: CreditedMonth): Fraction {
  const downMs = measure(downtime);
  if (downMs === 0) return ZERO;
  const served = measure(clip(up, month)) + measure(subtract(clip(unplanned, month), downtime));
  const reached = scheme.tiers
    .filter((tier) => isUnder(served, served + downMs, tier.below))
    .sort((a, b) => compare(a.below, b.below))[0];
  if (!reached) return ZERO;
  return multiply({ numerator: highestFee(fees, month), denominator: 1n }, reached.share);
}

function highestFee(fees: readonly FeeFact[], span: Interval): bigint {
  return inForce(fees)
    .filter((period) => overlap(period, span))
    .reduce((highest, { fact }) => (fact.monthly.minor > highest ? fact.monthly.minor : highest), 0n);
}

function currencyOf(fees: readonly FeeFact[], month: Interval, fallback: string): string {
  const inMonth = inForce(fees).flatMap((period) => (overlap(period, month) ? [period.fact] : []));
  const currencies = new Set(inMonth.map((fee) => fee.monthly.currency));
  if (currencies.size > 1) {
    throw new RangeError(`fees of ${fees[0]?.service}: found ${[...currencies].join(' and ')}, expected one currency`);
  }
  return inMonth[0]?.monthly.currency ?? fallback;
}

function round({ numerator, denominator }: Fraction): bigint {
  return divideHalfAwayFromZero(numerator, denominator);
}
