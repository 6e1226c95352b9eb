/**
 * What is shown of every service of a fleet, as last computed, and the sums over all of them.
 *
 * A hundred thousand statements kept as objects are a third of a daemon's memory, and each one that takes another's place is
 * work for the garbage collector that stops it. Here a service's times and amounts are rows of numbers, written in place:
 * milliseconds as doubles, exact to 2^53; minor units as 64-bit integers.
 */
import type { State } from '../facts/fact.ts';
import type { Money } from '../money/money.ts';
import type { Instant, Millis } from '../time/instant.ts';
import { type Counted, FleetTotals } from './fleet-totals.ts';
import { INSTANT_CLASSES, type InstantClass, type PromiseStanding, type Statement } from './statement-result.ts';

/** What is computed of a service; its figures are kept, the rest is let go. */
export interface ComputedService {
  readonly service: string;
  readonly customer: string;
  readonly state: State;
  /** Since when it is in this state; undefined: since before anything was recorded. */
  readonly since?: Instant | undefined;
  readonly components: Readonly<Record<string, State>>;
  /** Of the running month. */
  readonly statement: Statement;
}

/** The figures of one service. They change in place when it is computed again. */
export interface ServiceFigures extends Counted {
  readonly service: string;
  readonly customer: string;
  readonly since: Instant | undefined;
  readonly components: Readonly<Record<string, State>>;
  readonly remainingMs: Millis;
  readonly claimed: Money;
}

const PLACES = new Map(INSTANT_CLASSES.map((name, place) => [name, place]));
const YEAR = INSTANT_CLASSES.length;
const REMAINING = 2 * YEAR;
const SINCE = REMAINING + 1;
const TIMES = SINCE + 1;
/** Accrued and claimed. */
const AMOUNTS = 2;
const ROWS_A_BLOCK = 1_024;
/** Component states are mostly the same few sets, and then one object; who names all of them otherwise keeps their own. */
const SHARED_MOST = 1_000;

interface Block {
  readonly times: Float64Array;
  readonly amounts: BigInt64Array;
}

export class FleetFigures {
  readonly totals = new FleetTotals();
  readonly #rows = new Map<string, Row>();
  readonly #blocks: Block[] = [];
  readonly #free: number[] = [];
  readonly #components = new Map<string, Readonly<Record<string, State>>>();

  /**
   * Shows a service, in place of what was shown of it.
   * @throws RangeError for an amount beyond 64 bits: it could not be kept exactly.
   */
  set(computed: ComputedService): void {
    const { accrued, claimed } = computed.statement.credit;
    for (const { minor } of [accrued, claimed]) {
      if (BigInt.asIntN(64, minor) !== minor)
        throw new RangeError(`credit: found ${minor} minor units, expected less than 2^63`);
    }
    const known = this.#rows.get(computed.service);
    if (known) this.totals.remove(known);
    const row = known ?? new Row(computed.service, this.#place());
    row.take(computed, this.#shared(computed.components));
    this.#rows.set(computed.service, row);
    this.totals.add(row);
  }

  /** Shows a service no more. */
  delete(service: string): void {
    const row = this.#rows.get(service);
    if (!row) return;
    this.totals.remove(row);
    this.#rows.delete(service);
    this.#free.push(row.ordinal);
  }

  get(service: string): ServiceFigures | undefined {
    return this.#rows.get(service);
  }

  /** All services shown. It may be read on while services come and go. */
  all(): Iterable<ServiceFigures> {
    return this.#rows.values();
  }

  #place(): { readonly block: Block; readonly ordinal: number } {
    const ordinal = this.#free.pop() ?? this.#rows.size;
    const at = Math.floor(ordinal / ROWS_A_BLOCK);
    const block = this.#blocks[at] ?? {
      times: new Float64Array(ROWS_A_BLOCK * TIMES),
      amounts: new BigInt64Array(ROWS_A_BLOCK * AMOUNTS),
    };
    this.#blocks[at] = block;
    return { block, ordinal };
  }

  #shared(components: Readonly<Record<string, State>>): Readonly<Record<string, State>> {
    const key = JSON.stringify(components);
    const known = this.#components.get(key);
    if (known) return known;
    if (this.#components.size < SHARED_MOST) this.#components.set(key, components);
    return components;
  }
}

class Row implements ServiceFigures {
  readonly service: string;
  /** Its number among all rows; free again once it is deleted. */
  readonly ordinal: number;
  readonly #block: Block;
  customer = '';
  state: State = 'unknown';
  components: Readonly<Record<string, State>> = {};
  promise: PromiseStanding = 'kept';
  #currency = '';

  constructor(service: string, { block, ordinal }: { readonly block: Block; readonly ordinal: number }) {
    this.service = service;
    this.ordinal = ordinal;
    this.#block = block;
  }

  get since(): Instant | undefined {
    const since = this.#time(SINCE);
    return Number.isNaN(since) ? undefined : since;
  }

  get remainingMs(): Millis {
    return this.#time(REMAINING);
  }

  get accrued(): Money {
    return this.#amount(0);
  }

  get claimed(): Money {
    return this.#amount(1);
  }

  ms(period: 'month' | 'year', name: InstantClass): Millis {
    return this.#time((period === 'year' ? YEAR : 0) + (PLACES.get(name) ?? 0));
  }

  take(computed: ComputedService, components: Readonly<Record<string, State>>): void {
    const { month, year, credit } = computed.statement;
    this.customer = computed.customer;
    this.state = computed.state;
    this.components = components;
    this.promise = year.promise;
    this.#currency = credit.currency;
    const { times, amounts } = this.#block;
    const first = (this.ordinal % ROWS_A_BLOCK) * TIMES;
    for (const [place, name] of INSTANT_CLASSES.entries()) {
      times[first + place] = month.ms[name];
      times[first + YEAR + place] = year.ms[name];
    }
    times[first + REMAINING] = year.remainingMs;
    times[first + SINCE] = computed.since ?? Number.NaN;
    const firstAmount = (this.ordinal % ROWS_A_BLOCK) * AMOUNTS;
    amounts[firstAmount] = credit.accrued.minor;
    amounts[firstAmount + 1] = credit.claimed.minor;
  }

  #time(place: number): number {
    return this.#block.times[(this.ordinal % ROWS_A_BLOCK) * TIMES + place] ?? Number.NaN;
  }

  #amount(place: number): Money {
    const minor = this.#block.amounts[(this.ordinal % ROWS_A_BLOCK) * AMOUNTS + place] ?? 0n;
    return { minor, currency: this.#currency };
  }
}
