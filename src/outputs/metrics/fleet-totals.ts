/** The sums over all services that `kepil_fleet_*` shows, kept as services come, change and go: a scrape adds nothing up. */
import {
  type ClassTotals,
  INSTANT_CLASSES,
  type InstantClass,
  type PromiseStanding,
  type Statement,
} from '../../domain/contract/statement-result.ts';
import type { State } from '../../domain/facts/fact.ts';

/** What of a service is counted. */
export interface Counted {
  readonly state: State;
  readonly statement: Statement;
}

export class FleetTotals {
  readonly states: Record<State, number> = { up: 0, down: 0, unknown: 0 };
  readonly standings: Record<PromiseStanding, number> = { kept: 0, 'at-risk': 0, broken: 0 };
  readonly month: Record<InstantClass, number> = { ...NONE };
  readonly year: Record<InstantClass, number> = { ...NONE };
  /** Minor units accrued by currency, and how many services have that currency. */
  readonly #credit = new Map<string, { minor: bigint; services: number }>();

  /** Counts a service in. */
  add(service: Counted): void {
    this.#count(service, 1);
  }

  /** Counts a service out, as it was when it was counted in. */
  remove(service: Counted): void {
    this.#count(service, -1);
  }

  /** Minor units accrued by currency. */
  *credit(): Iterable<readonly [currency: string, minor: bigint]> {
    for (const [currency, { minor }] of this.#credit) yield [currency, minor];
  }

  #count({ state, statement: { month, year, credit } }: Counted, by: 1 | -1): void {
    this.states[state] += by;
    this.standings[year.promise] += by;
    for (const name of INSTANT_CLASSES) {
      this.month[name] += by * month.ms[name];
      this.year[name] += by * year.ms[name];
    }
    const { currency, minor } = credit.accrued;
    const sum = this.#credit.get(currency) ?? { minor: 0n, services: 0 };
    sum.minor += BigInt(by) * minor;
    sum.services += by;
    if (sum.services === 0) this.#credit.delete(currency);
    else this.#credit.set(currency, sum);
  }
}

const NONE: ClassTotals = { up: 0, planned: 0, excluded: 0, unplanned: 0, unknown: 0, outside: 0 };
