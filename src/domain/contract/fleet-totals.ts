/** The sums over all services of a fleet, kept as services come, change and go: who asks for them adds nothing up. */
import type { State } from '../facts/fact.ts';
import type { Money } from '../money/money.ts';
import type { Millis } from '../time/instant.ts';
import { type ClassTotals, INSTANT_CLASSES, type InstantClass, type PromiseStanding } from './statement-result.ts';

/** What of a service is counted. */
export interface Counted {
  readonly state: State;
  readonly promise: PromiseStanding;
  readonly accrued: Money;
  /** Time of the period so far in one class, in milliseconds. */
  ms(period: 'month' | 'year', name: InstantClass): Millis;
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

  #count(service: Counted, by: 1 | -1): void {
    this.states[service.state] += by;
    this.standings[service.promise] += by;
    for (const name of INSTANT_CLASSES) {
      this.month[name] += by * service.ms('month', name);
      this.year[name] += by * service.ms('year', name);
    }
    const { currency, minor } = service.accrued;
    const sum = this.#credit.get(currency) ?? { minor: 0n, services: 0 };
    sum.minor += BigInt(by) * minor;
    sum.services += by;
    if (sum.services === 0) this.#credit.delete(currency);
    else this.#credit.set(currency, sum);
  }
}

const NONE: ClassTotals = { up: 0, planned: 0, excluded: 0, unplanned: 0, unknown: 0, outside: 0 };
