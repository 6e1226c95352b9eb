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
  readonly edges: Known<EdgeFact>[];
  readonly observations: ObservationFact[];
}

/** All that concerns one planned work. */
export interface WorkRecord {
  readonly revisions: Known<WorkFact>[];
  readonly cancellations: Known<WorkCancelledFact>[];
  readonly notices: Known<NoticeFact>[];
}

/** All that concerns one announced change. */
export interface ChangeRecord {
  readonly announcements: Known<ChangeAnnouncedFact>[];
  readonly withdrawals: Known<ChangeWithdrawnFact>[];
  readonly notices: Known<ChangeNotifiedFact>[];
}

/** All that concerns one service and no other. */
export interface ServiceRecord {
  readonly id: string;
  readonly definitions: Known<ServiceFact>[];
  readonly fees: Known<FeeFact>[];
  readonly lifecycle: Known<LifecycleFact>[];
  readonly exclusions: Known<ExclusionFact>[];
  readonly proposals: Known<ExclusionProposedFact>[];
  readonly claims: Known<ClaimFact>[];
  readonly tickets: Known<TicketFact>[];
  /** Decisions on its credits, in the order of their numbers. */
  readonly credits: Known<CreditFact>[];
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
  readonly #services = new Map<string, ServiceRecord>();
  readonly #customers = new Map<string, Known<CustomerFact>[]>();
  readonly #checks = new Map<string, Known<CheckFact>[]>();
  readonly #seen = new Map<string, Map<string, VantageRecord>>();
  readonly #works = new Map<string, WorkRecord>();
  readonly #workOfService = new Map<string, Set<string>>();
  readonly #changes = new Map<string, ChangeRecord>();
  readonly #dismissals = new Map<string, Known<ExclusionDismissedFact>[]>();
  readonly #withdrawals = new Map<string, Known<ExclusionWithdrawnFact>[]>();
  readonly #coverage = new Map<string, CoverageHistory>();
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
        listIn(this.#customers, fact.id).push({ fact, knownAt });
        return;
      case 'service':
        this.#service(fact.id).definitions.push({ fact, knownAt });
        return;
      case 'check':
        listIn(this.#checks, fact.id).push({ fact, knownAt });
        return;
      case 'fee':
        this.#service(fact.service).fees.push({ fact, knownAt });
        return;
      case 'lifecycle':
        this.#service(fact.service).lifecycle.push({ fact, knownAt });
        return;
      case 'observation':
        this.#vantage(fact.check, fact.vantage).observations.push(fact);
        return;
      case 'edge':
        this.#vantage(fact.check, fact.vantage).edges.push({ fact, knownAt });
        return;
      case 'coverage':
        this.#cover(fact, knownAt);
        return;
      case 'work':
        this.#work(fact.id).revisions.push({ fact, knownAt });
        for (const service of fact.services === '*' ? ['*'] : fact.services) {
          setIn(this.#workOfService, service).add(fact.id);
        }
        return;
      case 'work-cancelled':
        this.#work(fact.id).cancellations.push({ fact, knownAt });
        return;
      case 'notice':
        this.#work(fact.work).notices.push({ fact, knownAt });
        return;
      case 'change-announced':
        this.#change(fact.id).announcements.push({ fact, knownAt });
        return;
      case 'change-withdrawn':
        this.#change(fact.id).withdrawals.push({ fact, knownAt });
        return;
      case 'change-notified':
        this.#change(fact.change).notices.push({ fact, knownAt });
        return;
      case 'exclusion':
        this.#service(fact.service).exclusions.push({ fact, knownAt });
        return;
      case 'exclusion-withdrawn':
        listIn(this.#withdrawals, fact.id).push({ fact, knownAt });
        return;
      case 'exclusion-proposed':
        this.#service(fact.service).proposals.push({ fact, knownAt });
        return;
      case 'exclusion-dismissed':
        listIn(this.#dismissals, fact.id).push({ fact, knownAt });
        return;
      case 'claim':
        this.#service(fact.service).claims.push({ fact, knownAt });
        return;
      case 'ticket':
        this.#service(fact.service).tickets.push({ fact, knownAt });
        return;
      case 'credit-approved':
      case 'credit-rejected':
      case 'claim-adjusted':
      case 'credit-posted':
      case 'credit-settled':
      case 'credit-reversed':
        this.#service(fact.service).credits.push({ fact, knownAt });
        return;
      case 'mail-attempted':
      case 'mail-accepted':
      case 'mail-refused':
      case 'statement-issued':
      case 'daemon-started':
      case 'daemon-stopped':
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
    return [...this.#services.values()].filter((record) => record.definitions.length > 0).map((record) => record.id);
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
    return this.#seen.get(check)?.get(vantage);
  }

  /** Every vantage point that ever saw the check. */
  vantagesOf(check: string): readonly string[] {
    return [...(this.#seen.get(check)?.keys() ?? [])];
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

  #cover(fact: CoverageFact, knownAt: Instant): void {
    const key = coverageKey(fact.vantage, fact.intervalMs);
    const history = this.#coverage.get(key) ?? { knownAt: [], through: [] };
    this.#coverage.set(key, history);
    history.knownAt.push(knownAt);
    history.through.push(fact.through);
  }

  #service(id: string): ServiceRecord {
    let record = this.#services.get(id);
    if (!record) {
      record = {
        id,
        definitions: [],
        fees: [],
        lifecycle: [],
        exclusions: [],
        proposals: [],
        claims: [],
        tickets: [],
        credits: [],
      };
      this.#services.set(id, record);
    }
    return record;
  }

  #work(id: string): WorkRecord {
    let record = this.#works.get(id);
    if (!record) {
      record = { revisions: [], cancellations: [], notices: [] };
      this.#works.set(id, record);
    }
    return record;
  }

  #change(id: string): ChangeRecord {
    let record = this.#changes.get(id);
    if (!record) {
      record = { announcements: [], withdrawals: [], notices: [] };
      this.#changes.set(id, record);
    }
    return record;
  }

  #vantage(check: string, vantage: string): VantageRecord {
    let vantages = this.#seen.get(check);
    if (!vantages) {
      vantages = new Map();
      this.#seen.set(check, vantages);
    }
    let record = vantages.get(vantage);
    if (!record) {
      record = { edges: [], observations: [] };
      vantages.set(vantage, record);
    }
    return record;
  }
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

function listIn<T>(map: Map<string, T[]>, key: string): T[] {
  const existing = map.get(key);
  if (existing) return existing;
  const list: T[] = [];
  map.set(key, list);
  return list;
}

function setIn(map: Map<string, Set<string>>, key: string): Set<string> {
  const existing = map.get(key);
  if (existing) return existing;
  const set = new Set<string>();
  map.set(key, set);
  return set;
}
