/**
 * Facts in the order they were recorded, indexed by what a statement asks for, and what of them was known as of an
 * instant (REPLAY.md rule 7). It only grows; nothing in it is changed or taken out.
 */
import type { Instant, Millis } from '../time/instant.ts';
import type {
  ChangeAnnouncedFact,
  ChangeNotifiedFact,
  ChangeWithdrawnFact,
  CheckFact,
  ClaimFact,
  CoverageFact,
  CreditFact,
  CustomerFact,
  EdgeFact,
  ExclusionDismissedFact,
  ExclusionFact,
  ExclusionProposedFact,
  ExclusionWithdrawnFact,
  Fact,
  FeeFact,
  LifecycleFact,
  NoticeFact,
  ObservationFact,
  ReplayFact,
  ServiceFact,
  TicketFact,
  WorkCancelledFact,
  WorkFact,
} from './fact.ts';

/** A fact and the instant from which it was known. */
export interface Known<F> {
  readonly fact: F;
  readonly knownAt: Instant;
}

/** What one vantage point saw of one check: edges, or in a replay file raw observations in place of them. */
export interface VantageRecord {
  readonly edges: readonly Known<EdgeFact>[];
  readonly observations: readonly ObservationFact[];
}

/** All that concerns one planned work. */
export interface WorkRecord {
  readonly revisions: readonly Known<WorkFact>[];
  readonly cancellations: readonly Known<WorkCancelledFact>[];
  readonly notices: readonly Known<NoticeFact>[];
}

/** All that concerns one announced change. */
export interface ChangeRecord {
  readonly announcements: readonly Known<ChangeAnnouncedFact>[];
  readonly withdrawals: readonly Known<ChangeWithdrawnFact>[];
  readonly notices: readonly Known<ChangeNotifiedFact>[];
}

/** All that concerns one service and no other. */
export interface ServiceRecord {
  readonly id: string;
  readonly definitions: readonly Known<ServiceFact>[];
  readonly fees: readonly Known<FeeFact>[];
  readonly lifecycle: readonly Known<LifecycleFact>[];
  readonly exclusions: readonly Known<ExclusionFact>[];
  readonly proposals: readonly Known<ExclusionProposedFact>[];
  readonly claims: readonly Known<ClaimFact>[];
  readonly tickets: readonly Known<TicketFact>[];
  /** Decisions on its credits, in the order of their numbers. */
  readonly credits: readonly Known<CreditFact>[];
}

/**
 * When a group's coverage became known, ascending as recorded, and through when it reached: bare numbers, for a group
 * says so about once a minute, all year.
 */
interface CoverageHistory {
  readonly knownAt: Instant[];
  readonly through: Instant[];
}

/**
 * How long a vantage point's last state is taken to hold: until the instant asked about (`hold`, a replay file says
 * nothing of coverage), or no longer than coverage was recorded (`covered`, a live journal).
 */
export type LastState = 'hold' | 'covered';

export class Ledger {
  readonly lastState: LastState;
  readonly #services = new Map<string, Growing<ServiceRecord>>();
  readonly #customers = new Map<string, readonly Known<CustomerFact>[]>();
  readonly #checks = new Map<string, readonly Known<CheckFact>[]>();
  /** By vantage point, then by check: there are few of the one and many of the other. */
  readonly #seen = new Map<string, Map<string, Growing<VantageRecord>>>();
  readonly #works = new Map<string, Growing<WorkRecord>>();
  readonly #workOfService = new Map<string, Set<string>>();
  readonly #changes = new Map<string, Growing<ChangeRecord>>();
  /** By id: one each, for the journal takes an id once. */
  readonly #exclusions = new Map<string, Known<ExclusionFact>>();
  readonly #proposals = new Map<string, Known<ExclusionProposedFact>>();
  #newestProposal: ExclusionProposedFact | undefined;
  readonly #dismissals = new Map<string, readonly Known<ExclusionDismissedFact>[]>();
  readonly #withdrawals = new Map<string, readonly Known<ExclusionWithdrawnFact>[]>();
  readonly #coverage = new Map<string, CoverageHistory>();
  /** Ids of the services that are defined; made when it is asked for. */
  #defined: readonly string[] | undefined;
  #latest: Instant | undefined;

  constructor(lastState: LastState) {
    this.lastState = lastState;
  }

  /**
   * Takes one fact in.
   * @param recordedAt when the journal recorded it; a line of a replay file leaves it out and is known from its `at`.
   */
  add(fact: Fact | ObservationFact, recordedAt?: Instant): void {
    const knownAt = recordedAt ?? fact.at ?? Number.NEGATIVE_INFINITY;
    if (Number.isFinite(knownAt) && (this.#latest === undefined || knownAt > this.#latest)) this.#latest = knownAt;
    switch (fact.type) {
      case 'customer':
        addIn(this.#customers, fact.id, { fact, knownAt });
        return;
      case 'service':
        this.#define(this.#service(fact.id), { fact, knownAt });
        return;
      case 'check':
        addIn(this.#checks, fact.id, { fact, knownAt });
        return;
      case 'fee':
        append(this.#service(fact.service), 'fees', { fact, knownAt });
        return;
      case 'lifecycle':
        append(this.#service(fact.service), 'lifecycle', { fact, knownAt });
        return;
      case 'observation':
        append(this.#vantage(fact.check, fact.vantage), 'observations', fact);
        return;
      case 'edge':
        append(this.#vantage(fact.check, fact.vantage), 'edges', { fact, knownAt });
        return;
      case 'coverage':
        this.#cover(fact, knownAt);
        return;
      case 'work':
        append(this.#work(fact.id), 'revisions', { fact, knownAt });
        for (const service of fact.services === '*' ? ['*'] : fact.services) {
          setIn(this.#workOfService, service).add(fact.id);
        }
        return;
      case 'work-cancelled':
        append(this.#work(fact.id), 'cancellations', { fact, knownAt });
        return;
      case 'notice':
        append(this.#work(fact.work), 'notices', { fact, knownAt });
        return;
      case 'change-announced':
        append(this.#change(fact.id), 'announcements', { fact, knownAt });
        return;
      case 'change-withdrawn':
        append(this.#change(fact.id), 'withdrawals', { fact, knownAt });
        return;
      case 'change-notified':
        append(this.#change(fact.change), 'notices', { fact, knownAt });
        return;
      case 'exclusion':
        this.#exclude({ fact, knownAt });
        return;
      case 'exclusion-withdrawn':
        addIn(this.#withdrawals, fact.id, { fact, knownAt });
        return;
      case 'exclusion-proposed':
        this.#propose({ fact, knownAt });
        return;
      case 'exclusion-dismissed':
        addIn(this.#dismissals, fact.id, { fact, knownAt });
        return;
      case 'claim':
        append(this.#service(fact.service), 'claims', { fact, knownAt });
        return;
      case 'ticket':
        append(this.#service(fact.service), 'tickets', { fact, knownAt });
        return;
      case 'credit-approved':
      case 'credit-rejected':
      case 'claim-adjusted':
      case 'credit-posted':
      case 'credit-settled':
      case 'credit-reversed':
        append(this.#service(fact.service), 'credits', { fact, knownAt });
        return;
      case 'mail-attempted':
      case 'mail-accepted':
      case 'mail-refused':
      case 'statement-issued':
      case 'daemon-started':
      case 'daemon-stopped':
      case 'clock-stepped':
        return; // of the desk and the daemon, not of any service's time
    }
  }

  /** The latest instant at which anything became known; undefined for an empty ledger. */
  get latest(): Instant | undefined {
    return this.#latest;
  }

  /**
   * The instant to ask as of now: where the clock was set back since something was recorded, the instant of that, for what
   * is recorded is known.
   */
  asOf(now: Instant): Instant {
    return Math.max(now, this.#latest ?? now);
  }

  /** Ids of all services, in the order they were first named. */
  services(): readonly string[] {
    this.#defined ??= [...this.#services.values()].flatMap(({ id, definitions }) => (definitions.length > 0 ? id : []));
    return this.#defined;
  }

  /** The record of one service, or undefined when the ledger does not define it. */
  service(id: string): ServiceRecord | undefined {
    return this.#services.get(id);
  }

  /** Everything said of a customer, in recorded order. */
  customer(id: string): readonly Known<CustomerFact>[] {
    return this.#customers.get(id) ?? [];
  }

  customers(): readonly string[] {
    return [...this.#customers.keys()];
  }

  /** Definitions of a check, in recorded order. */
  check(id: string): readonly Known<CheckFact>[] {
    return this.#checks.get(id) ?? [];
  }

  checks(): readonly string[] {
    return [...this.#checks.keys()];
  }

  /** What a vantage point saw of a check. */
  vantage(check: string, vantage: string): VantageRecord | undefined {
    return this.#seen.get(vantage)?.get(check);
  }

  /** Every vantage point that ever saw the check, in the order in which they first saw any. */
  vantagesOf(check: string): readonly string[] {
    return [...this.#seen].flatMap(([vantage, checks]) => (checks.has(check) ? vantage : []));
  }

  /** Planned works that any revision addressed to this service or to all. */
  worksOf(service: string): readonly WorkRecord[] {
    const ids = new Set([...(this.#workOfService.get(service) ?? []), ...(this.#workOfService.get('*') ?? [])]);
    return [...ids].flatMap((id) => this.#works.get(id) ?? []);
  }

  work(id: string): WorkRecord | undefined {
    return this.#works.get(id);
  }

  works(): readonly string[] {
    return [...this.#works.keys()];
  }

  change(id: string): ChangeRecord | undefined {
    return this.#changes.get(id);
  }

  changes(): readonly string[] {
    return [...this.#changes.keys()];
  }

  /** Every exclusion by its id, withdrawn ones too, in recorded order. */
  exclusions(): ReadonlyMap<string, Known<ExclusionFact>> {
    return this.#exclusions;
  }

  /** Every proposed exclusion by its id, answered ones too, in recorded order. */
  proposals(): ReadonlyMap<string, Known<ExclusionProposedFact>> {
    return this.#proposals;
  }

  /** The proposal recorded last. */
  get newestProposal(): ExclusionProposedFact | undefined {
    return this.#newestProposal;
  }

  dismissalsOf(proposal: string): readonly Known<ExclusionDismissedFact>[] {
    return this.#dismissals.get(proposal) ?? [];
  }

  withdrawalsOf(exclusion: string): readonly Known<ExclusionWithdrawnFact>[] {
    return this.#withdrawals.get(exclusion) ?? [];
  }

  /** How far a group of checks was covered, as known at `asOf`; undefined when never. */
  coveredThrough(vantage: string, intervalMs: Millis, asOf: Instant): Instant | undefined {
    const history = this.#coverage.get(coverageKey(vantage, intervalMs));
    if (!history) return undefined;
    let from = 0;
    let to = history.knownAt.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((history.knownAt[middle] as Instant) <= asOf) from = middle + 1;
      else to = middle;
    }
    return history.through[from - 1];
  }

  #define(record: Growing<ServiceRecord>, definition: Known<ServiceFact>): void {
    if (record.definitions.length === 0) this.#defined = undefined;
    append(record, 'definitions', definition);
  }

  #exclude(known: Known<ExclusionFact>): void {
    append(this.#service(known.fact.service), 'exclusions', known);
    if (!this.#exclusions.has(known.fact.id)) this.#exclusions.set(known.fact.id, known);
  }

  #propose(known: Known<ExclusionProposedFact>): void {
    append(this.#service(known.fact.service), 'proposals', known);
    if (!this.#proposals.has(known.fact.id)) this.#proposals.set(known.fact.id, known);
    this.#newestProposal = known.fact;
  }

  #cover(fact: CoverageFact, knownAt: Instant): void {
    const key = coverageKey(fact.vantage, fact.intervalMs);
    const history = this.#coverage.get(key) ?? { knownAt: [], through: [] };
    this.#coverage.set(key, history);
    history.knownAt.push(knownAt);
    history.through.push(fact.through);
  }

  #service(id: string): Growing<ServiceRecord> {
    return recordIn(this.#services, id, () => ({
      id,
      definitions: NONE,
      fees: NONE,
      lifecycle: NONE,
      exclusions: NONE,
      proposals: NONE,
      claims: NONE,
      tickets: NONE,
      credits: NONE,
    }));
  }

  #work(id: string): Growing<WorkRecord> {
    return recordIn(this.#works, id, () => ({ revisions: NONE, cancellations: NONE, notices: NONE }));
  }

  #change(id: string): Growing<ChangeRecord> {
    return recordIn(this.#changes, id, () => ({ announcements: NONE, withdrawals: NONE, notices: NONE }));
  }

  #vantage(check: string, vantage: string): Growing<VantageRecord> {
    const checks = recordIn(this.#seen, vantage, () => new Map<string, Growing<VantageRecord>>());
    return recordIn(checks, check, () => ({ edges: NONE, observations: NONE }));
  }
}

/** A record whose lists may be replaced by longer ones. */
type Growing<Record> = { -readonly [Field in keyof Record]: Record[Field] };

/**
 * What a list is before its first fact. At a hundred thousand services most lists have one fact or none: an empty list of
 * its own, or room for the seventeen that a list grows to at its first `push`, would be most of the ledger.
 */
const NONE: readonly never[] = [];

function longer<T>(list: readonly T[], item: T): readonly T[] {
  if (list.length === 0) return [item];
  (list as T[]).push(item);
  return list;
}

type ItemOf<List> = List extends readonly (infer Item)[] ? Item : never;

function append<Of, Field extends keyof Of>(record: Of, field: Field, item: ItemOf<Of[Field]>): void {
  record[field] = longer(record[field] as readonly unknown[], item) as Of[Field];
}

/** Reads facts of a replay file into a ledger. */
export function ledgerOf(facts: Iterable<ReplayFact>): Ledger {
  const ledger = new Ledger('hold');
  for (const fact of facts) ledger.add(fact);
  return ledger;
}

/** What was last recorded of a service by an instant; undefined where nothing was. */
export function lastDefinition(ledger: Ledger, service: string, asOf: Instant): ServiceFact | undefined {
  return ledger.service(service)?.definitions.findLast((definition) => definition.knownAt <= asOf)?.fact;
}

/** The facts of a list that were known at the instant, in recorded order. */
export function knownAt<F>(list: readonly Known<F>[], asOf: Instant): F[] {
  const facts: F[] = [];
  for (const known of list) if (known.knownAt <= asOf) facts.push(known.fact);
  return facts;
}

/**
 * The dated facts of a list as periods: each in force from its instant (always, when it has none) to the next one's. Of
 * several with the same instant the one recorded last counts.
 */
export function inForce<F extends { readonly from?: Instant }>(
  facts: readonly F[],
): readonly { readonly start: Instant; readonly end: Instant; readonly fact: F }[] {
  const byStart = new Map<Instant, F>();
  for (const fact of facts) byStart.set(fact.from ?? Number.NEGATIVE_INFINITY, fact);
  const starts = [...byStart.entries()].sort(([a], [b]) => (a < b ? -1 : 1));
  return starts.map(([start, fact], i) => ({ start, end: starts[i + 1]?.[0] ?? Number.POSITIVE_INFINITY, fact }));
}

function coverageKey(vantage: string, intervalMs: Millis): string {
  return `${intervalMs} ${vantage}`;
}

function addIn<T>(map: Map<string, readonly T[]>, key: string, item: T): void {
  const list = map.get(key) ?? NONE;
  const next = longer(list, item);
  if (next !== list) map.set(key, next);
}

function recordIn<T>(map: Map<string, T>, key: string, make: () => T): T {
  const existing = map.get(key);
  if (existing) return existing;
  const made = make();
  map.set(key, made);
  return made;
}

function setIn(map: Map<string, Set<string>>, key: string): Set<string> {
  const existing = map.get(key);
  if (existing) return existing;
  const set = new Set<string>();
  map.set(key, set);
  return set;
}
