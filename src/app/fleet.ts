/**
 * What is known of every service now, kept fresh: a service with news is computed again at each refresh; those that are
 * down, and all others, each in their turn, because time passes for them too. Metrics, status and outage announcements
 * all read from here, so they cannot disagree (docs/decisions/0009 says how old it may be).
 */
import { setImmediate as turn } from 'node:timers/promises';
import { statusAt } from '../domain/contract/activity.ts';
import type { Contracts } from '../domain/contract/contracts.ts';
import { type CurrentState, currentState, type Outage, outagesWithin } from '../domain/contract/outages.ts';
import { computeStatement } from '../domain/contract/statement.ts';
import type { Statement } from '../domain/contract/statement-result.ts';
import type { Contract } from '../domain/contract/terms.ts';
import type { Fact } from '../domain/facts/fact.ts';
import type { Ledger } from '../domain/facts/ledger.ts';
import { formatMonth, monthInterval, monthOf } from '../domain/time/contract-calendar.ts';
import type { Instant } from '../domain/time/instant.ts';
import { overlap } from '../domain/time/interval.ts';
import type { JournalEntry } from '../journal/journal.ts';
import type { Clock } from '../runtime/clock.ts';

export interface KnownOutage extends Outage {
  /** The same for the outage's whole life, although its beginning may turn out to be earlier; unique over all services. */
  readonly id: string;
}

export interface ServiceNow extends CurrentState {
  readonly service: string;
  readonly customer: string;
  readonly contract: Contract;
  /** The month and year so far. */
  readonly statement: Statement;
  /** Of the current month, whole, and those that were open when this was last computed. */
  readonly outages: readonly KnownOutage[];
  readonly computedAt: Instant;
}

export interface FleetOptions {
  readonly ledger: Ledger;
  readonly contracts: Contracts;
  readonly clock: Clock;
  /** Called for each service that was computed again. */
  readonly onComputed: (now: ServiceNow, before: ServiceNow | undefined) => void;
  /** Called when a service has ended: it is not among `all` any more. */
  readonly onEnded: (service: string) => void;
  /** Called when a service cannot be computed, and again with undefined when it can. The others are computed all the same. */
  readonly onTrouble: (service: string, error: unknown) => void;
}

/** Services computed in one go before other work is let in: some milliseconds. */
const SLICE = 25;
/** Services that are down and computed again at each refresh: those that were computed longest ago. */
const DOWN_A_TURN = 400;
/** All others at most: in a small fleet each is computed within so many refreshes, which at a slow pace is most of the work. */
const REST_A_TURN = 200;
const TURNS_FOR_ALL = 60;
const FEWEST_A_TURN = 10;

export class Fleet {
  readonly #options: FleetOptions;
  readonly #services = new Map<string, ServiceNow>();
  readonly #news = new Set<string>();
  /** Those that are down, longest ago computed first. */
  readonly #down = new Set<string>();
  readonly #troubled = new Set<string>();
  readonly #servicesOfCheck = new Map<string, Set<string>>();
  #turn = 0;
  #refreshing: Promise<void> | undefined;

  constructor(options: FleetOptions) {
    this.#options = options;
  }

  /** All services that have not ended, as last computed, in the order the journal first named them. */
  all(): readonly ServiceNow[] {
    return this.#options.ledger.services().flatMap((id) => this.#services.get(id) ?? []);
  }

  /** Notes which services the entries concern. */
  noteEntries(entries: readonly JournalEntry[]): void {
    for (const { fact } of entries) for (const service of this.#concerned(fact)) this.#news.add(service);
  }

  /** Computes what has news or is down, and the next slice of the rest; one run at a time. */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  async #refresh(): Promise<void> {
    const ids = this.#options.ledger.services();
    const share = Math.min(REST_A_TURN, Math.max(FEWEST_A_TURN, Math.ceil(ids.length / TURNS_FOR_ALL)), ids.length);
    const rest = Array.from({ length: share }, (_, i) => ids[(this.#turn + i) % ids.length]);
    this.#turn = ids.length === 0 ? 0 : (this.#turn + rest.length) % ids.length;
    const due = [...new Set([...this.#news, ...this.#down.values().take(DOWN_A_TURN), ...rest])];
    this.#news.clear();
    for (let i = 0; i < due.length; i += SLICE) {
      for (const id of due.slice(i, i + SLICE)) if (id !== undefined) this.#tryCompute(id);
      await turn();
    }
  }

  #tryCompute(service: string): void {
    try {
      this.#compute(service);
    } catch (error) {
      if (!this.#troubled.has(service)) this.#options.onTrouble(service, error);
      this.#troubled.add(service);
      return;
    }
    if (this.#troubled.delete(service)) this.#options.onTrouble(service, undefined);
  }

  #compute(service: string): void {
    const { ledger, contracts, clock } = this.#options;
    const asOf = ledger.asOf(clock.now());
    const contract = contracts.ofService(ledger, service, asOf);
    if (!contract) return;
    const lifecycle = ledger.service(service)?.lifecycle.map((known) => known.fact) ?? [];
    if (statusAt(lifecycle, asOf) === 'ended') {
      this.#down.delete(service);
      if (this.#services.delete(service)) this.#options.onEnded(service);
      return;
    }
    const question = { ledger, contract, service, asOf };
    const month = monthOf(asOf, contract.offsetMinutes);
    const statement = computeStatement({ ...question, month: formatMonth(month) });
    const before = this.#services.get(service);
    const period = monthInterval(month, contract.offsetMinutes);
    const open = before?.outages.find((outage) => outage.open);
    const outages = outagesWithin(question, { ...period, start: Math.min(period.start, open?.start ?? period.start) });
    const now: ServiceNow = {
      service,
      customer: statement.customer,
      contract,
      ...currentState(question),
      statement,
      outages: identified(service, outages, before?.outages ?? []),
      computedAt: asOf,
    };
    this.#services.set(service, now);
    this.#down.delete(service);
    if (now.state === 'down') this.#down.add(service);
    this.#options.onComputed(now, before);
  }

  #concerned(fact: Fact): Iterable<string> {
    switch (fact.type) {
      case 'service':
        for (const component of Object.values(fact.components)) {
          for (const check of component.checks) {
            const services = this.#servicesOfCheck.get(check) ?? new Set();
            this.#servicesOfCheck.set(check, services.add(fact.id));
          }
        }
        return [fact.id];
      case 'edge':
        return this.#servicesOfCheck.get(fact.check) ?? [];
      case 'fee':
      case 'lifecycle':
      case 'exclusion':
      case 'claim':
      case 'ticket':
        return [fact.service];
      case 'work':
        return fact.services === '*' ? this.#options.ledger.services() : fact.services;
      case 'work-cancelled':
      case 'notice':
        return this.#options.ledger.services();
      case 'exclusion-withdrawn': {
        const excluded = this.#options.ledger.exclusions().get(fact.id);
        return excluded ? [excluded.fact.service] : [];
      }
      default:
        return [];
    }
  }
}

/** Outages with their names: those of the outages known before that they overlap. */
function identified(
  service: string,
  outages: readonly Outage[],
  known: readonly KnownOutage[],
): readonly KnownOutage[] {
  const free = new Set(known);
  return outages.map((outage) => {
    const same = free.values().find((earlier) => overlap(earlier, outage));
    if (same) free.delete(same);
    return { ...outage, id: same?.id ?? `${service} ${outage.start}` };
  });
}
