/**
 * What the journal can say. A fact is past tense and never changes; corrections are further facts.
 *
 * The types up to `TicketFact` are the lines of a replay file (REPLAY.md), so that export and replay are one
 * vocabulary. Those below them exist in a live journal only.
 *
 * Two times: the instant a fact is about (`from`, `start`, `earliest`…) and the instant it was recorded (`at`). A fact
 * without `at` was always known (REPLAY.md rule 7).
 */
import type { Money } from '../money/money.ts';
import type { Instant, Millis } from '../time/instant.ts';

export type Locale = 'kk' | 'ru' | 'en';
export const LOCALES: readonly Locale[] = ['kk', 'ru', 'en'];

/** Plain data kept with a fact so that a person can later see why it was recorded. */
export type Evidence = Readonly<Record<string, unknown>>;

export interface CustomerFact {
  readonly type: 'customer';
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly locale: Locale;
  readonly at?: Instant;
}

/** How many of a component's checks must be up: all, any one, or at least k. */
export type Requirement = 'all' | 'any' | number;

export interface ComponentDefinition {
  readonly checks: readonly string[];
  readonly require: Requirement;
  /** Whether the component's downtime is the service's downtime, or is only watched. */
  readonly counts: boolean;
}

/** A service as defined from `from` on (always, when absent), until a later definition of the same id. */
export interface ServiceFact {
  readonly type: 'service';
  readonly id: string;
  readonly customer: string;
  readonly components: Readonly<Record<string, ComponentDefinition>>;
  /** The contract that binds it; absent: the ledger's default contract. */
  readonly contract?: string;
  /** The tariff plan by name, for sums over services; no figure of a statement depends on it. Live journal only. */
  readonly plan?: string;
  readonly from?: Instant;
  readonly at?: Instant;
}

export type Quorum = 'majority' | number;
export type Boundary = 'midpoint' | 'observed' | 'minimal' | 'maximal';
export const BOUNDARIES: readonly Boundary[] = ['midpoint', 'observed', 'minimal', 'maximal'];

/** A check's detection policy as it stands from `from` on (always, when absent). */
export interface CheckFact {
  readonly type: 'check';
  readonly id: string;
  readonly vantages: readonly string[];
  readonly intervalMs: Millis;
  /** Neighbouring observations further apart than this leave the span between them unknown. */
  readonly maxGapMs: Millis;
  /** Failed observations in a row that confirm `down`. */
  readonly failures: number;
  /** Good observations in a row that confirm recovery. */
  readonly successes: number;
  readonly quorum: Quorum;
  readonly boundary: Boundary;
  readonly from?: Instant;
  readonly at?: Instant;
}

export interface FeeFact {
  readonly type: 'fee';
  readonly service: string;
  readonly from: Instant;
  readonly monthly: Money;
  readonly at?: Instant;
}

export type LifecycleStatus = 'active' | 'suspended' | 'blocked' | 'ended';
export const LIFECYCLE_STATUSES: readonly LifecycleStatus[] = ['active', 'suspended', 'blocked', 'ended'];

export interface LifecycleFact {
  readonly type: 'lifecycle';
  readonly service: string;
  readonly from: Instant;
  readonly status: LifecycleStatus;
  readonly at?: Instant;
}

/** A probe's outcome at the instant it was sent; `void` means our side failed, so it says nothing. */
export type Outcome = 'ok' | 'fail' | 'void';
export const OUTCOMES: readonly Outcome[] = ['ok', 'fail', 'void'];

export interface ObservationFact {
  readonly type: 'observation';
  readonly check: string;
  readonly vantage: string;
  readonly at: Instant;
  readonly outcome: Outcome;
  readonly error?: string;
}

export type State = 'up' | 'down' | 'unknown';
export const STATES: readonly State[] = ['up', 'down', 'unknown'];

/** A change of a check's state seen from one vantage point, between `earliest` and `latest` (REPLAY.md rule 3). */
export interface EdgeFact {
  readonly type: 'edge';
  readonly check: string;
  readonly vantage: string;
  readonly to: State;
  readonly earliest: Instant;
  readonly latest: Instant;
  readonly at: Instant;
  readonly evidence?: Evidence;
}

export interface WorkFact {
  readonly type: 'work';
  readonly id: string;
  readonly revision: number;
  readonly start: Instant;
  readonly end: Instant;
  readonly services: readonly string[] | '*';
  readonly at: Instant;
  /** What will be done, for the customer's notice. Live journal only. */
  readonly subject?: string;
  readonly by?: string;
}

export interface WorkCancelledFact {
  readonly type: 'work-cancelled';
  readonly id: string;
  readonly at: Instant;
  readonly by?: string;
}

/** Customer was told of a revision of a planned work: the relay accepted the message, or an operator says how. */
export interface NoticeFact {
  readonly type: 'notice';
  readonly work: string;
  readonly revision: number;
  readonly customer: string;
  readonly at: Instant;
  readonly channel: string;
  readonly evidence?: Evidence;
}

export interface ExclusionFact {
  readonly type: 'exclusion';
  readonly id: string;
  readonly service: string;
  readonly start: Instant;
  readonly end: Instant;
  readonly reason: string;
  readonly by: string;
  readonly note?: string;
  readonly at: Instant;
}

export interface ExclusionWithdrawnFact {
  readonly type: 'exclusion-withdrawn';
  readonly id: string;
  readonly at: Instant;
  readonly by: string;
}

export interface ClaimFact {
  readonly type: 'claim';
  readonly id: string;
  readonly service: string;
  /** The contract-clock day claimed for, `2026-03-10`. */
  readonly date: string;
  readonly durationMs: Millis;
  readonly at: Instant;
  /** Who recorded it. Live journal only. */
  readonly by?: string;
}

export type TicketPriority = 'high' | 'medium' | 'low';
export const TICKET_PRIORITIES: readonly TicketPriority[] = ['high', 'medium', 'low'];
export type TicketEvent = 'registered' | 'started' | 'waiting' | 'resumed' | 'resolved' | 'reopened';
export const TICKET_EVENTS: readonly TicketEvent[] = [
  'registered',
  'started',
  'waiting',
  'resumed',
  'resolved',
  'reopened',
];

export interface TicketFact {
  readonly type: 'ticket';
  readonly id: string;
  readonly service: string;
  readonly priority: TicketPriority;
  readonly event: TicketEvent;
  readonly at: Instant;
}

/** A line of a replay file. */
export type ReplayFact =
  | CustomerFact
  | ServiceFact
  | CheckFact
  | FeeFact
  | LifecycleFact
  | ObservationFact
  | EdgeFact
  | WorkFact
  | WorkCancelledFact
  | NoticeFact
  | ExclusionFact
  | ExclusionWithdrawnFact
  | ClaimFact
  | TicketFact;

/**
 * Every check of this interval that this vantage point watches, and whose last edge is not into `unknown`, was observed
 * without a gap until `through`. After the newest one nothing is known: a killed monitor leaves `unknown`, never `up`.
 */
export interface CoverageFact {
  readonly type: 'coverage';
  readonly vantage: string;
  readonly intervalMs: Millis;
  readonly through: Instant;
  readonly at: Instant;
}

/** Reasons for which evidence can propose an exclusion (cl. 8.5). */
export const PROPOSED_REASONS = ['dns-propagation', 'customer', 'network'] as const;
export type ProposedReason = (typeof PROPOSED_REASONS)[number];

/**
 * Evidence says that an outage may not be the provider's. It changes no figure: a person, or a rule of theirs, accepts it
 * by recording the exclusion of the same id, or dismisses it.
 */
export interface ExclusionProposedFact {
  readonly type: 'exclusion-proposed';
  readonly id: string;
  readonly service: string;
  /** When the outage began. */
  readonly start: Instant;
  /** Absent where the outage lasted when this was proposed. */
  readonly end?: Instant;
  readonly reason: ProposedReason;
  readonly evidence: Evidence;
  readonly at: Instant;
}

/** A proposal was answered with no. */
export interface ExclusionDismissedFact {
  readonly type: 'exclusion-dismissed';
  /** The proposal. */
  readonly id: string;
  readonly by: string;
  readonly at: Instant;
}

/** A change that customers must be told of ahead (cl. 3.5, 5.4, 6.3), or an incident as it happens (cl. 7.1). */
export interface ChangeAnnouncedFact {
  readonly type: 'change-announced';
  readonly id: string;
  /** A kind of notice that the contract knows: `configuration-change`, `platform-move`, `over-use`… */
  readonly kind: string;
  /** When the change takes effect. */
  readonly start: Instant;
  readonly services: readonly string[] | '*';
  readonly subject: string;
  readonly by: string;
  readonly at: Instant;
}

/** The change was called off: no notice of it is owed any more. */
export interface ChangeWithdrawnFact {
  readonly type: 'change-withdrawn';
  readonly id: string;
  readonly by: string;
  readonly at: Instant;
}

/** A customer was told of a change at `at`, which may lie before it was recorded; the evidence says how. */
export interface ChangeNotifiedFact {
  readonly type: 'change-notified';
  readonly change: string;
  readonly customer: string;
  readonly at: Instant;
  readonly channel: string;
  readonly evidence?: Evidence;
}

/** An attempt to hand a mail to the relay begins; with no outcome after it, a crash left the attempt in doubt. */
export interface MailAttemptedFact {
  readonly type: 'mail-attempted';
  /** Says what the mail is, once and for all: `notice/w1/1/c1`, `statement/s1/2026-03/1`. */
  readonly mail: string;
  readonly customer: string;
  readonly messageId: string;
  readonly at: Instant;
}

export interface MailAcceptedFact {
  readonly type: 'mail-accepted';
  readonly mail: string;
  readonly customer: string;
  readonly messageId: string;
  /** The relay's own words, bounded and made printable. */
  readonly response: string;
  readonly at: Instant;
}

export interface MailRefusedFact {
  readonly type: 'mail-refused';
  readonly mail: string;
  readonly customer: string;
  readonly messageId: string;
  readonly response: string;
  /** True: the relay will never take it (5xx); false: try again later. */
  readonly permanent: boolean;
  readonly at: Instant;
}

/** The month of a service was closed: its statement as first issued, or a corrected revision of it. */
export interface StatementIssuedFact {
  readonly type: 'statement-issued';
  readonly service: string;
  readonly customer: string;
  /** Contract-clock month, `2026-03`. */
  readonly month: string;
  readonly revision: number;
  /** The instant whose knowledge it states. */
  readonly asOf: Instant;
  /** SHA-256 of the canonical statement JSON, so that a recomputation can be held against it. */
  readonly digest: string;
  readonly at: Instant;
}

/**
 * What every decision on a service's credits has. They are numbered 1, 2, 3… for each service, and the journal key is made
 * of the number: two who decide at once on the same standing collide instead of both being recorded.
 */
interface CreditEntry {
  readonly service: string;
  readonly entry: number;
  readonly by: string;
  readonly at: Instant;
  /** Names the request, where whoever made it may make it again: the same one is recorded once. */
  readonly request?: string;
}

/** So much is owed for a month's downtime (cl. 8.3). Its number names the credit from here on. */
export interface CreditApprovedFact extends CreditEntry {
  readonly type: 'credit-approved';
  readonly month: string;
  readonly amount: Money;
  /** The claims it answers; none where the contract credits without being asked. */
  readonly claims: readonly string[];
  readonly reason?: string;
}

/** A claim is answered with no. */
export interface CreditRejectedFact extends CreditEntry {
  readonly type: 'credit-rejected';
  readonly claim: string;
  readonly reason: string;
}

/** The parties agreed on a claim: on its duration or on its amount, exactly one of them (cl. 8.2). */
export interface ClaimAdjustedFact extends CreditEntry {
  readonly type: 'claim-adjusted';
  readonly claim: string;
  readonly durationMs?: Millis;
  readonly amount?: Money;
  readonly reason: string;
}

/** A credit stands on the account's balance as a bonus (`posted`, cl. 8.3), or was paid in money (`settled`, cl. 8.4). */
export interface CreditPaidFact extends CreditEntry {
  readonly type: 'credit-posted' | 'credit-settled';
  /** Number of the entry that approved it. */
  readonly credit: number;
  readonly amount: Money;
  /** What the billing calls the payment. */
  readonly reference: string;
}

/** So much of a credit is taken back; where it was paid already, from the account. */
export interface CreditReversedFact extends CreditEntry {
  readonly type: 'credit-reversed';
  /** Number of the entry that approved it. */
  readonly credit: number;
  readonly amount: Money;
  readonly reason: string;
}

/** The life of a service's credits, as decisions. */
export type CreditFact =
  | CreditApprovedFact
  | CreditRejectedFact
  | ClaimAdjustedFact
  | CreditPaidFact
  | CreditReversedFact;

/** The daemon began or ended; with it, which version and configuration did the observing. */
export interface DaemonFact {
  readonly type: 'daemon-started' | 'daemon-stopped';
  readonly version: string;
  readonly configuration: string;
  readonly at: Instant;
}

/**
 * The wall clock of the machine was stepped: it and the monotonic clock went on by different times. What bears instants after
 * `at` was dated by another clock than what bears those before. Steps in quick succession are summed up in one.
 */
export interface ClockSteppedFact {
  readonly type: 'clock-stepped';
  /** What the wall clock showed when that was noticed. */
  readonly at: Instant;
  /** What it would have shown without these steps. */
  readonly expected: Instant;
  /** `at` − `expected`: back where negative. */
  readonly byMs: Millis;
  /** How many steps these are. */
  readonly steps: number;
}

/** Whatever may stand in a live journal. Observations do not: edges and coverage say what they showed. */
export type Fact =
  | Exclude<ReplayFact, ObservationFact>
  | CoverageFact
  | ExclusionProposedFact
  | ExclusionDismissedFact
  | ChangeAnnouncedFact
  | ChangeWithdrawnFact
  | ChangeNotifiedFact
  | MailAttemptedFact
  | MailAcceptedFact
  | MailRefusedFact
  | StatementIssuedFact
  | CreditFact
  | DaemonFact
  | ClockSteppedFact;
