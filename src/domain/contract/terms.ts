/**
 * A provider's contract as data (CONTRACT.md). Nothing in the code knows a number of it: hours, offset, percent, cap and
 * lead times come from here, and an edition that takes force mid-year applies only from its instant.
 */
import type { TicketPriority } from '../facts/fact.ts';
import type { Instant, Millis } from '../time/instant.ts';

/** A share as an exact fraction: 99.8 % is 998 / 1000. Compared by cross-multiplication, never as a float. */
export interface Ratio {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** Daily span on the contract clock in milliseconds since midnight; `end <= start` runs over midnight. */
export interface DailySpan {
  readonly startMs: Millis;
  readonly endMs: Millis;
}

export type TallyPeriod = 'calendar' | 'service' | 'rolling';
/** Whole milliseconds; complete hours of the month's total; or every started hour of it (CONTRACT.md, Compensation). */
export type HourCounting = 'exact' | 'full' | 'started';
export type CreditMode = 'on-claim' | 'automatic';

/** So much of the monthly fee per hour of unplanned downtime (cl. 8.3). */
export interface HourlyCredit {
  readonly kind: 'hourly';
  /** Share of the monthly fee for each hour. */
  readonly perHour: Ratio;
  readonly hours: HourCounting;
}

/** A share of the monthly fee by the month's availability: the lowest tier it falls under applies. */
export interface TieredCredit {
  readonly kind: 'tiered';
  readonly tiers: readonly { readonly below: Ratio; readonly share: Ratio }[];
}

export interface CreditTerms {
  readonly scheme: HourlyCredit | TieredCredit;
  /** Share of the month's highest fee that its credits never exceed. */
  readonly cap: Ratio;
  readonly mode: CreditMode;
  readonly clause: string;
  /** Where the contract says how a credit is claimed, when that is another clause (cl. 8.1). */
  readonly claimClause?: string;
}

export interface ExclusionReason {
  readonly id: string;
  readonly clause: string;
}

export interface NoticeTerms {
  readonly kind: string;
  readonly leadMs: Millis;
  readonly clause: string;
  /** Given as the event happens (cl. 7.1, incidents): it has no deadline to keep. */
  readonly asItHappens?: true;
}

/** When a request's clock runs: always, or in working hours of the contract clock. */
export type RequestClock =
  | { readonly kind: 'always' }
  | {
      readonly kind: 'working-hours';
      readonly hours: DailySpan;
      /** ISO weekdays, 1 = Monday. */
      readonly weekdays: readonly number[];
      /** Contract-clock dates (`2026-03-21`) on which nobody works. */
      readonly holidays: readonly string[];
    };

export interface RequestTerms {
  readonly responseMs: Millis;
  readonly resolutionMs: Millis;
  readonly clock: RequestClock;
}

export interface LifecycleTerms {
  /** Days after expiry in which a service can be restored (cl. 4.5). */
  readonly restoreDays: number;
  /** Days from the start in which a cancellation refunds everything (cl. 4.7). */
  readonly fullRefundDays: number;
  /** Working days in which a cancelled service is settled (cl. 4.8). */
  readonly settlementWorkingDays: number;
}

/** One dated edition of a contract. */
export interface ContractEdition {
  /** In force from this instant; the first edition of a contract may leave it out and is then in force always. */
  readonly from?: Instant;
  /** As printed on the document, `17.02.2026`. */
  readonly name: string;
  /** Promised availability of a year. */
  readonly target: Ratio;
  readonly tally: TallyPeriod;
  readonly plannedWork: {
    readonly quietHours: readonly DailySpan[];
    readonly leadMs: Millis;
    readonly clause: string;
  };
  readonly exclusions: readonly ExclusionReason[];
  readonly credit: CreditTerms;
  readonly notices: readonly NoticeTerms[];
  readonly requests: Readonly<Record<TicketPriority, RequestTerms>>;
  readonly lifecycle: LifecycleTerms;
}

export interface Contract {
  readonly id: string;
  readonly provider: string;
  /** Fixed offset of the contract clock from UTC, all year (cl. 7.1: +05:00 is 300). */
  readonly offsetMinutes: number;
  readonly currency: string;
  /** Ascending by `from`; at least one. */
  readonly editions: readonly ContractEdition[];
}
