/**
 * What the mails say, as one object a language: a sentence that a language lacks is a type error. Values come in
 * formatted; sentences are built so that no value needs a grammatical ending.
 */
import type { DowntimeClass, InstantClass, PromiseStanding } from '../../domain/contract/statement-result.ts';
import type { HourCounting } from '../../domain/contract/terms.ts';
import type { TicketPriority } from '../../domain/facts/fact.ts';

/** The exclusion reasons that have words; a contract's further ones are shown as they are. */
export type NamedReason = 'force-majeure' | 'customer' | 'third-party-software' | 'network' | 'dns-propagation';

export interface StatementMessages {
  readonly title: (month: string) => string;
  readonly correctedTitle: (month: string, revision: string) => string;
  readonly available: (availability: string) => string;
  readonly customer: (name: string) => string;
  readonly year: {
    readonly calendar: (year: string) => string;
    readonly service: (from: string) => string;
    readonly rolling: string;
  };
  readonly verdict: {
    readonly allGood: (month: string) => string;
    readonly noneSeen: (month: string) => string;
    readonly noUnplanned: (month: string) => string;
    readonly unplanned: (month: string, duration: string) => string;
    readonly unobserved: (month: string) => string;
    readonly inactive: (month: string) => string;
  };
  readonly notCounted: string;
  readonly partlyObserved: (duration: string) => string;
  readonly soFar: (until: string) => string;
  readonly promise: Readonly<
    Record<
      PromiseStanding,
      (values: { readonly target: string; readonly year: string; readonly remaining: string }) => string
    >
  >;
  readonly credit: {
    readonly toClaim: (accrued: string) => string;
    readonly partlyClaimed: (accrued: string, claimed: string) => string;
    readonly claimed: (accrued: string) => string;
    readonly automatic: (accrued: string) => string;
  };
  readonly headings: {
    readonly availability: string;
    readonly compensation: string;
    readonly claim: string;
    readonly downtime: string;
    readonly observed: string;
    readonly requests: string;
  };
  readonly labels: {
    readonly monthAvailability: (month: string) => string;
    readonly yearAvailability: (year: string) => string;
    readonly noFigure: string;
    readonly target: string;
    readonly allowance: string;
    readonly used: string;
    readonly remaining: string;
    readonly overspent: string;
    readonly outages: string;
    readonly bounds: string;
    readonly accrued: string;
    readonly claimed: string;
    readonly notClaimed: string;
    readonly cap: string;
    readonly coverage: string;
    readonly response: string;
    readonly resolution: string;
  };
  readonly range: (min: string, max: string) => string;
  readonly boundsMeaning: string;
  readonly daysMeaning: string;
  readonly further: (count: string) => string;
  readonly counted: (clause: string) => string;
  readonly plannedBecause: (clause: string) => string;
  readonly formula: Readonly<
    Record<
      HourCounting,
      (values: {
        readonly share: string;
        readonly clause: string;
        readonly exact: string;
        readonly hour: string;
        readonly hours: string;
      }) => string
    >
  >;
  readonly tiers: (clause: string, tiers: string) => string;
  readonly tier: (below: string, share: string) => string;
  readonly rounding: (cap: string) => string;
  readonly howToClaim: (clause: string | null) => string;
  readonly howPaid: string;
  readonly unknownMeaning: string;
  readonly fullyObserved: string;
  readonly priority: Readonly<Record<TicketPriority, string>>;
  readonly request: {
    readonly kept: string;
    readonly missed: string;
    readonly running: string;
    readonly took: (took: string, limit: string) => string;
    readonly open: (limit: string) => string;
  };
  readonly smallPrint: {
    readonly clock: (clock: string) => string;
    readonly period: (span: string) => string;
    readonly totals: (period: string, totals: string, sum: string) => string;
    readonly availability: string;
    readonly contract: (provider: string, editions: string) => string;
    readonly issued: (at: string, revision: string) => string;
  };
}

export interface NoticeMessages {
  readonly title: string;
  readonly revisedTitle: string;
  readonly cancelledTitle: string;
  readonly lead: string;
  readonly cancelledLead: string;
  readonly headings: { readonly changed: string; readonly work: string; readonly quiet: string };
  readonly labels: {
    readonly start: string;
    readonly end: string;
    readonly length: string;
    readonly subject: string;
    readonly services: string;
    readonly reference: string;
    readonly inside: string;
    readonly outside: string;
    readonly total: string;
    readonly notice: string;
  };
  readonly reference: (id: string, revision: string) => string;
  readonly changedFrom: (before: string) => string;
  readonly none: string;
  readonly nothingChanged: string;
  readonly quietHours: (hours: string, clock: string, clause: string) => string;
  readonly insideMeaning: string;
  readonly outsideMeaning: string;
  readonly inTime: (required: string) => string;
  readonly late: (required: string) => string;
  readonly clock: (clock: string) => string;
  readonly contract: (provider: string, edition: string) => string;
  readonly further: (count: string) => string;
}

export interface Messages {
  readonly classes: Readonly<Record<InstantClass, string>>;
  readonly badges: Readonly<Record<DowntimeClass, string>>;
  readonly reasons: Readonly<Record<NamedReason, string>>;
  readonly clause: (clause: string) => string;
  readonly statement: StatementMessages;
  readonly notice: NoticeMessages;
}
