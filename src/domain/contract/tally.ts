/**
 * A service's time over any period: month, quarter, year, rolling (CONTRACT.md, Availability). The same classes as a
 * statement's, with what of the allowance they leave and when it will be spent.
 */
import type { Placement } from '../detection/service-states.ts';
import { spansOf } from '../detection/timeline.ts';
import type { LifecycleFact } from '../facts/fact.ts';
import type { Fraction } from '../money/fraction.ts';
import type { Instant, Millis } from '../time/instant.ts';
import type { Interval } from '../time/interval.ts';
import { intersect, measure } from '../time/interval-set.ts';
import { calendarInterval, type NamedPeriod } from '../time/named-period.ts';
import { isActiveBefore } from './activity.ts';
import { allowanceMs, ROLLING_YEAR, standingOf, tallyPeriod, upTo } from './availability.ts';
import { burnRateOf, exhaustionOf } from './burn.ts';
import { classify, totalsOf } from './classes.ts';
import { editionAt } from './editions.ts';
import { KnownService, type ServiceQuestion } from './service-time.ts';
import type { ClassTotals, PromiseStanding } from './statement-result.ts';
import type { Contract } from './terms.ts';

/** How much of the active time was observed: bare milliseconds, so that many services can be added up. */
export interface Coverage {
  readonly observedMs: Millis;
  readonly activeMs: Millis;
}

export interface Tally {
  readonly service: string;
  readonly customer: string;
  readonly plan: string | null;
  readonly contract: string;
  /** The whole period asked about. */
  readonly period: Interval;
  /** The part of it that lies before the instant of knowledge; what follows is of this part. */
  readonly known: Interval;
  readonly ms: ClassTotals;
  /** Unplanned time had every check's boundary been `minimal` / `maximal`. */
  readonly unplannedMinMs: Millis;
  readonly unplannedMaxMs: Millis;
  /** Outages with any time in it that is not `outside`. */
  readonly outages: number;
  readonly coverage: Coverage;
  /** (1 − target) × the active time of the whole period, as in REPLAY.md `allowanceMs`. */
  readonly allowanceMs: Millis;
  /** Allowance less unplanned so far; negative when it is spent. */
  readonly remainingMs: Millis;
  /** Null where the period is not the contract's own year: no other length of time is promised (cl. 7). */
  readonly promise: PromiseStanding | null;
  /** Null where nothing was measured, or nothing is allowed. */
  readonly burnRate: Fraction | null;
  /** When the allowance was spent, or will be if downtime goes on at the rate so far; null: not within the period. */
  readonly exhaustion: Instant | null;
}

/** The interval that a period's name means for a service: its own contract's clock and year. */
function intervalOf(
  named: NamedPeriod,
  {
    contract,
    lifecycle,
    asOf,
  }: { readonly contract: Contract; readonly lifecycle: readonly LifecycleFact[]; readonly asOf: Instant },
): Interval {
  if (named.kind === 'rolling') return { start: asOf - ROLLING_YEAR, end: asOf };
  if (named.kind === 'promise-year') return promisedYear(contract, lifecycle, asOf);
  return calendarInterval(named, contract.offsetMinutes);
}

/**
 * A service's tally of a period.
 * @throws RangeError when the facts known then do not define the service.
 */
export function tallyOf(question: ServiceQuestion, named: NamedPeriod): Tally {
  const { contract, asOf } = question;
  const service = new KnownService(question);
  const { definition, lifecycle } = service;
  const period = intervalOf(named, { contract, lifecycle, asOf });
  const end = Math.min(period.end, asOf);
  const known = upTo(period, end);
  const timeOf = service.timeWithin(known);
  const time = classify(timeOf('as-defined'), known);
  const ms = totalsOf(time);
  const activeMs = measure(time.active);
  const unplannedMs = (placement: Placement): Millis => measure(classify(timeOf(placement), known).unplanned);
  const allowance = allowanceMs(contract, lifecycle, period, end);
  const remaining = allowance - ms.unplanned;
  const target = editionAt(contract, Math.max(known.start, known.end - 1)).target;
  return {
    service: question.service,
    customer: definition.customer,
    plan: definition.plan ?? null,
    contract: contract.id,
    period,
    known,
    ms,
    unplannedMinMs: unplannedMs('minimal'),
    unplannedMaxMs: unplannedMs('maximal'),
    outages: spansOf(service.timeline('as-defined'), 'down', { start: Number.NEGATIVE_INFINITY, end: asOf }).filter(
      (outage) => intersect([outage], time.active).length > 0,
    ).length,
    coverage: { observedMs: activeMs - ms.unknown, activeMs },
    allowanceMs: allowance,
    remainingMs: remaining,
    promise: isPromised(contract, lifecycle, period, end) ? standingOf(ms, remaining, target) : null,
    burnRate: burnRateOf(contract, time),
    exhaustion: exhaustionOf({
      period,
      now: end,
      unplanned: time.unplanned,
      measuredMs: ms.up + ms.unplanned,
      allowanceMs: allowance,
      goesOn: isActiveBefore(lifecycle, end),
    }),
  };
}

function promisedYear(contract: Contract, lifecycle: readonly LifecycleFact[], end: Instant): Interval {
  return tallyPeriod(contract, lifecycle, { month: { start: end - 1, end }, end });
}

function isPromised(contract: Contract, lifecycle: readonly LifecycleFact[], period: Interval, end: Instant): boolean {
  const year = promisedYear(contract, lifecycle, end);
  return year.start === period.start && year.end === period.end;
}
