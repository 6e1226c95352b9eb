/** The result of computing a service's month: what `kepil replay --json`, the mail, the metrics and the API all show. */
import type { TicketPriority } from '../facts/fact.ts';
import type { Money } from '../money/money.ts';
import type { Instant, Millis } from '../time/instant.ts';
import type { Interval } from '../time/interval.ts';

export type DowntimeClass = 'planned' | 'excluded' | 'unplanned';

/** Every instant of a period has exactly one class (CONTRACT.md, The classes of downtime). */
export type InstantClass = 'up' | DowntimeClass | 'unknown' | 'outside';
export const INSTANT_CLASSES: readonly InstantClass[] = [
  'up',
  'planned',
  'excluded',
  'unplanned',
  'unknown',
  'outside',
];

/** Milliseconds of a period by class; they add up to the period exactly. */
export type ClassTotals = Readonly<Record<InstantClass, Millis>>;

/**
 * `kept`; `at-risk`: the year so far is under the target, but its allowance is not spent; `broken`: it is spent
 * (CONTRACT.md, Availability).
 */
export type PromiseStanding = 'kept' | 'at-risk' | 'broken';

/** A stretch of downtime of one class, one reason and one outage. */
export interface Segment extends Interval {
  readonly class: DowntimeClass;
  /** Why it is excluded; null for the other classes. */
  readonly reason: string | null;
}

export interface MonthResult {
  readonly period: Interval;
  readonly ms: ClassTotals;
  /** The month's unplanned time had every check's boundary been `minimal` / `maximal`. */
  readonly unplannedMinMs: Millis;
  readonly unplannedMaxMs: Millis;
  /** Outages with any time in the month that is not `outside`. */
  readonly outages: number;
}

export interface YearResult {
  readonly period: Interval;
  readonly ms: ClassTotals;
  readonly allowanceMs: Millis;
  /** Allowance less unplanned so far; negative when it is spent. */
  readonly remainingMs: Millis;
  readonly promise: PromiseStanding;
}

export interface CreditResult {
  readonly currency: string;
  /** For all unplanned downtime of the month. */
  readonly accrued: Money;
  /** For the outages that a claim of this service touches. */
  readonly claimed: Money;
  readonly cap: Money;
}

export interface TicketResult {
  readonly id: string;
  readonly priority: TicketPriority;
  /** Elapsed on the request's clock; null while work has not started / it is not resolved. */
  readonly responseMs: Millis | null;
  readonly resolutionMs: Millis | null;
  /** Null while running and not yet missed. */
  readonly responseKept: boolean | null;
  readonly resolutionKept: boolean | null;
}

export interface Statement {
  readonly service: string;
  readonly customer: string;
  /** Contract-clock month, `2026-03`. */
  readonly month: MonthResult;
  readonly year: YearResult;
  readonly segments: readonly Segment[];
  readonly credit: CreditResult;
  readonly tickets: readonly TicketResult[];
}

/** Statements of one month, known as of one instant. */
export interface StatementSet {
  readonly asOf: Instant;
  readonly month: string;
  readonly offsetMinutes: number;
  readonly statements: readonly Statement[];
}
