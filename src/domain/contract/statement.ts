/**
 * A service's statement: a pure function of its contract and the facts known as of an instant (REPLAY.md). The daemon,
 * the replay and the mails all show what this computes.
 */
import { type Placement, ServiceStates } from '../detection/service-states.ts';
import { spansOf, type Timeline } from '../detection/timeline.ts';
import type { ClaimFact } from '../facts/fact.ts';
import { knownAt, type Ledger } from '../facts/ledger.ts';
import { dayInterval, formatMonth, monthInterval, monthOf, parseMonth } from '../time/contract-calendar.ts';
import type { Instant } from '../time/instant.ts';
import { type Interval, overlap } from '../time/interval.ts';
import { type IntervalSet, intersect, measure } from '../time/interval-set.ts';
import { activeSpans } from './activity.ts';
import { allowanceMs, standingOf, tallyPeriod, upTo } from './availability.ts';
import { classify, type ServiceTime, segmentsOf, totalsOf } from './classes.ts';
import { type CreditedMonth, creditCap, creditFor } from './credit.ts';
import { editionAt } from './editions.ts';
import { excludedSpans } from './exclusions.ts';
import { plannedSpans } from './planned-work.ts';
import { ticketsOf } from './requests.ts';
import type { Statement, StatementSet } from './statement-result.ts';
import type { Contract } from './terms.ts';

/** Finds the contract of a service: the one it names, or the default. */
export type ContractOf = (name: string | undefined) => Contract;

export interface StatementQuestion {
  readonly ledger: Ledger;
  readonly contract: Contract;
  readonly service: string;
  /** Contract-clock month, `2026-03`. */
  readonly month: string;
  /** What was known when: facts recorded later do not exist. */
  readonly asOf: Instant;
}

/**
 * Computes one service's statement for one month.
 * @throws RangeError when the ledger does not define the service as of then, or the month is no month.
 */
export function computeStatement(question: StatementQuestion): Statement {
  const { ledger, contract, service, asOf } = question;
  const record = ledger.service(service);
  const definitions = knownAt(record?.definitions ?? [], asOf);
  const definition = definitions.at(-1);
  if (!record || !definition) throw new RangeError(`service: found "${service}", expected one that the facts define`);

  const wholeMonth = monthInterval(parseMonth(question.month), contract.offsetMinutes);
  const end = Math.min(wholeMonth.end, asOf);
  const month = upTo(wholeMonth, end);
  const lifecycle = knownAt(record.lifecycle, asOf);
  const tally = tallyPeriod(contract, lifecycle, { month: wholeMonth, end });
  const year = upTo(tally, end);
  const both = { start: Math.min(year.start, month.start), end: month.end };

  const states = new ServiceStates({ ledger, asOf }, definitions);
  const context = {
    active: activeSpans(lifecycle, both),
    planned: plannedSpans({ ledger, contract, service, customer: definition.customer, asOf, period: both }),
    excluded: excludedSpans(ledger, service, asOf),
  };
  const timeOf = (timeline: Timeline): ServiceTime => ({
    ...context,
    up: spansOf(timeline, 'up', both),
    down: spansOf(timeline, 'down', both),
  });

  const timeline = states.service('as-defined');
  const time = timeOf(timeline);
  const monthTime = classify(time, month);
  const yearTotals = totalsOf(classify(time, year));
  const allowance = allowanceMs(contract, lifecycle, tally, end);
  const remaining = allowance - yearTotals.unplanned;
  const outages = spansOf(timeline, 'down', { start: Number.NEGATIVE_INFINITY, end: asOf });
  const unplannedMs = (placement: Placement): number =>
    measure(classify(timeOf(states.service(placement)), month).unplanned);
  const credited: CreditedMonth = {
    contract,
    fees: knownAt(record.fees, asOf),
    month: wholeMonth,
    up: monthTime.up,
    unplanned: monthTime.unplanned,
  };
  const claimed = claimedOutages(knownAt(record.claims, asOf), outages, contract);
  const cap = creditCap(credited);

  return {
    service,
    customer: definition.customer,
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
    tickets: ticketsOf(contract, knownAt(record.tickets, asOf), wholeMonth, asOf),
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
}): StatementSet {
  const { ledger, contractOf, month, asOf, offsetMinutes } = question;
  const statements = ledger.services().flatMap((service) => {
    const definition = knownAt(ledger.service(service)?.definitions ?? [], asOf).at(-1);
    if (!definition) return [];
    return [computeStatement({ ledger, contract: contractOf(definition.contract), service, month, asOf })];
  });
  return { asOf, month, offsetMinutes, statements };
}

/** The month asked about when none is named: the one that the last instant before `asOf` lies in. */
export function monthBefore(asOf: Instant, offsetMinutes: number): string {
  return formatMonth(monthOf(asOf - 1, offsetMinutes));
}

/** A claim covers every outage that overlaps its contract-clock day, whole (REPLAY.md, `credit.claimed`). */
function claimedOutages(claims: readonly ClaimFact[], outages: IntervalSet, contract: Contract): IntervalSet {
  const days: readonly Interval[] = claims.map((claim) => dayInterval(claim.date, contract.offsetMinutes));
  return outages.filter((outage) => days.some((day) => overlap(outage, day)));
}
