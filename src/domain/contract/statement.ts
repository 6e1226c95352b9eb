/**
 * A service's statement: a pure function of its contract and the facts known as of an instant (REPLAY.md). The daemon,
 * the replay and the mails all show what this computes.
 */
import type { Placement } from '../detection/service-states.ts';
import { spansOf } from '../detection/timeline.ts';
import { knownAt, type Ledger, lastDefinition } from '../facts/ledger.ts';
import { formatMonth, monthInterval, monthOf, parseMonth } from '../time/contract-calendar.ts';
import type { Instant } from '../time/instant.ts';
import { intersect, measure } from '../time/interval-set.ts';
import { allowanceMs, standingOf, tallyPeriod, upTo } from './availability.ts';
import { claimedOutages } from './claims.ts';
import { classify, segmentsOf, totalsOf } from './classes.ts';
import { type CreditedMonth, creditCap, creditFor } from './credit.ts';
import { editionAt } from './editions.ts';
import { ticketsOf } from './requests.ts';
import { KnownService, type ServiceQuestion } from './service-time.ts';
import type { Statement, StatementSet } from './statement-result.ts';
import type { Contract } from './terms.ts';

/** Finds the contract of a service: the one it names, or the default. */
export type ContractOf = (name: string | undefined) => Contract;

export interface StatementQuestion extends ServiceQuestion {
  /** Contract-clock month, `2026-03`. */
  readonly month: string;
}

/**
 * Computes one service's statement for one month.
 * @throws RangeError when the ledger does not define the service as of then, or the month is no month.
 */
export function computeStatement(question: StatementQuestion): Statement {
  return statementOf(new KnownService(question), question.month);
}

/**
 * The same of a service that is known already.
 * @param named contract-clock month, `2026-03`.
 * @throws RangeError when the month is no month.
 */
export function statementOf(service: KnownService, named: string): Statement {
  const { contract, asOf } = service.question;
  const wholeMonth = monthInterval(parseMonth(named), contract.offsetMinutes);
  const end = Math.min(wholeMonth.end, asOf);
  const month = upTo(wholeMonth, end);
  const tally = tallyPeriod(contract, service.lifecycle, { month: wholeMonth, end });
  const year = upTo(tally, end);

  const timeOf = service.timeWithin({ start: Math.min(year.start, month.start), end: month.end });
  const time = timeOf('as-defined');
  const monthTime = classify(time, month);
  const yearTotals = totalsOf(classify(time, year));
  const allowance = allowanceMs(contract, service.lifecycle, tally, end);
  const remaining = allowance - yearTotals.unplanned;
  const outages = spansOf(service.timeline('as-defined'), 'down', { start: Number.NEGATIVE_INFINITY, end: asOf });
  const unplannedMs = (placement: Placement): number => measure(classify(timeOf(placement), month).unplanned);
  const credited: CreditedMonth = {
    contract,
    fees: knownAt(service.record.fees, asOf),
    month: wholeMonth,
    up: monthTime.up,
    unplanned: monthTime.unplanned,
  };
  const claimed = claimedOutages(knownAt(service.record.claims, asOf), outages, contract);
  const cap = creditCap(credited);

  return {
    service: service.question.service,
    customer: service.definition.customer,
    month: {
      period: month,
      ms: totalsOf(monthTime),
      unplannedMinMs: unplannedMs('minimal'),
      unplannedMaxMs: unplannedMs('maximal'),
      outages: outages.filter((outage) => intersect([outage], monthTime.active).length > 0).length,
    },
    year: {
      period: year,
      ms: yearTotals,
      allowanceMs: allowance,
      remainingMs: remaining,
      promise: standingOf(yearTotals, remaining, editionAt(contract, Math.max(year.start, year.end - 1)).target),
    },
    segments: segmentsOf(monthTime),
    credit: {
      currency: cap.currency,
      accrued: creditFor(credited, monthTime.unplanned),
      claimed: creditFor(credited, intersect(monthTime.unplanned, claimed)),
      cap,
    },
    tickets: ticketsOf(contract, knownAt(service.record.tickets, asOf), wholeMonth, asOf),
  };
}

/** The statements of every service that the facts define as of an instant. */
export function computeStatements(question: {
  readonly ledger: Ledger;
  readonly contractOf: ContractOf;
  readonly month: string;
  readonly asOf: Instant;
  /** Of the default contract; prints `asOf`. */
  readonly offsetMinutes: number;
  /** Only of these, where they are given; ids that the facts do not define are passed over. */
  readonly services?: readonly string[];
}): StatementSet {
  const { ledger, contractOf, month, asOf, offsetMinutes } = question;
  const statements = (question.services ?? ledger.services()).flatMap((service) => {
    const definition = lastDefinition(ledger, service, asOf);
    if (!definition) return [];
    return [computeStatement({ ledger, contract: contractOf(definition.contract), service, month, asOf })];
  });
  return { asOf, month, offsetMinutes, statements };
}

/** The month asked about when none is named: the one that the last instant before `asOf` lies in. */
export function monthBefore(asOf: Instant, offsetMinutes: number): string {
  return formatMonth(monthOf(asOf - 1, offsetMinutes));
}
