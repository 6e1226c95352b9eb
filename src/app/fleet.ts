/**
 * What is known of every service now, kept fresh: a service with news is computed again at each refresh; those that are
 * down, and all others, each in their turn, because time passes for them too. Metrics, status and outage announcements
 * all read from here, so they cannot disagree (docs/decisions/0014 says how old it may be).
 */
import { setImmediate as turn } from 'node:timers/promises';
import { statusAt } from '../domain/contract/activity.ts';
import type { Contracts } from '../domain/contract/contracts.ts';
import type { FleetFigures } from '../domain/contract/fleet-figures.ts';
import { type CurrentState, currentState, type Outage, outagesOf } from '../domain/contract/outages.ts';
import { KnownService } from '../domain/contract/service-time.ts';
import { statementOf } from '../domain/contract/statement.ts';
import type { Statement } from '../domain/contract/statement-result.ts';
import type { Contract } from '../domain/contract/terms.ts';
import type { Fact } from '../domain/facts/fact.ts';
import type { Ledger } from '../domain/facts/ledger.ts';
import { formatMonth, monthInterval, monthOf } from '../domain/time/contract-calendar.ts';
import { overlap } from '../domain/time/interval.ts';
import type { JournalEntry } from '../journal/journal.ts';
import type { Clock } from '../runtime/clock.ts';
import { ServiceIndex } from './service-index.ts';

export interface KnownOutage extends Outage {
  /** The same for the outage's whole life, although its beginning may turn out to be earlier; unique over all services. */
  readonly id: string;
}

/** What is computed of a service. Its figures and its outages are kept, the rest is let go. */
export interface ServiceNow extends CurrentState {
  readonly service: string;
  readonly customer: string;
  readonly contract: Contract;
  /** The month and year so far. */
  readonly statement: Statement;
  /** Of the current month, whole, and those that were open when this was last computed. */
  readonly outages: readonly KnownOutage[];
}

/** What was known of a service when it was last computed. */
export type ServiceBefore = Pick<ServiceNow, 'service' | 'customer' | 'outages'>;

export interface FleetOptions {
  readonly ledger: Ledger;
  readonly contracts: Contracts;
  readonly clock: Clock;
  /** Filled with the figures of all services that have not ended. */
  readonly figures: FleetFigures;
  /** Called for each service that was computed again. */
  readonly onComputed: (now: ServiceNow, before: ServiceBefore | undefined) => void;
  /** Called when a service has ended: it is not among the figures any more. */
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

/** What is kept of a service that has no outage, as nearly all have none: one for all of them. */
const NO_OUTAGES: readonly KnownOutage[] = [];

export class Fleet {
  readonly #options: FleetOptions;
  readonly #outages = new Map<string, readonly KnownOutage[]>();
  readonly #news = new Set<string>();
  /** Those that are down, longest ago computed first. */
  readonly #down = new Set<string>();
  readonly #troubled = new Set<string>();
  readonly #ofCheck = new ServiceIndex();
  readonly #ofCustomer = new ServiceIndex();
  #turn = 0;
  #refreshing: Promise<void> | undefined;

  constructor(options: FleetOptions) {
    this.#options = options;
  }

  /** Outages of the current month, whole, and those that were open, as last computed. */
  outagesOf(service: string): readonly KnownOutage[] {
    return this.#outages.get(service) ?? NO_OUTAGES;
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
    const { ledger, contracts, clock, figures } = this.#options;
    const asOf = ledger.asOf(clock.now());
    const contract = contracts.ofService(ledger, service, asOf);
    if (!contract) return;
    const lifecycle = ledger.service(service)?.lifecycle.map((known) => known.fact) ?? [];
    if (statusAt(lifecycle, asOf) === 'ended') {
      this.#down.delete(service);
      figures.delete(service);
      if (this.#outages.delete(service)) this.#options.onEnded(service);
      return;
    }
    const question = { ledger, contract, service, asOf };
    const known = new KnownService(question);
    const month = monthOf(asOf, contract.offsetMinutes);
    const statement = statementOf(known, formatMonth(month));
    const { customer } = statement;
    const outagesBefore = this.#outages.get(service);
    const period = monthInterval(month, contract.offsetMinutes);
    const open = outagesBefore?.find((outage) => outage.open);
    const outages = outagesOf(known, { ...period, start: Math.min(period.start, open?.start ?? period.start) });
    const now: ServiceNow = {
      service,
      customer,
      contract,
      ...currentState(question),
      statement,
      outages: identified(service, outages, outagesBefore ?? NO_OUTAGES),
    };
    const before = outagesBefore && {
      service,
      customer: figures.get(service)?.customer ?? customer,
      outages: outagesBefore,
    };
    figures.set(now);
    this.#outages.set(service, now.outages.length === 0 ? NO_OUTAGES : now.outages);
    this.#down.delete(service);
    if (now.state === 'down') this.#down.add(service);
    this.#options.onComputed(now, before);
  }

  #concerned(fact: Fact): Iterable<string> {
    switch (fact.type) {
      case 'service':
        for (const component of Object.values(fact.components)) {
          for (const check of component.checks) this.#ofCheck.add(check, fact.id);
        }
        this.#ofCustomer.add(fact.customer, fact.id);
        return [fact.id];
      case 'edge':
        return this.#ofCheck.of(fact.check);
      case 'fee':
      case 'lifecycle':
      case 'exclusion':
      case 'claim':
      case 'ticket':
        return [fact.service];
      case 'work':
        return fact.services === '*' ? this.#options.ledger.services() : fact.services;
      case 'notice':
        return this.#ofCustomer.of(fact.customer);
      case 'work-cancelled':
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
