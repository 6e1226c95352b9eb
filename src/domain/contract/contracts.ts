/** The contracts of the configuration by name. */

import { type Ledger, lastDefinition } from '../facts/ledger.ts';
import { monthInterval, parseMonth } from '../time/contract-calendar.ts';
import type { Instant } from '../time/instant.ts';
import type { Contract } from './terms.ts';

export class Contracts {
  #byId: ReadonlyMap<string, Contract>;
  #defaultId: string;

  /** @throws RangeError when the default is not among the contracts. */
  constructor(contracts: readonly Contract[], defaultId: string) {
    this.#byId = new Map(contracts.map((contract) => [contract.id, contract]));
    this.#defaultId = defaultId;
    this.named(defaultId);
  }

  /** The contract of services that name none. */
  get default(): Contract {
    return this.named(this.#defaultId);
  }

  /** From now on these: what was computed before, and is asked again, is computed by them. */
  replace(contracts: readonly Contract[], defaultId: string): void {
    const next = new Contracts(contracts, defaultId);
    this.#byId = next.#byId;
    this.#defaultId = next.#defaultId;
  }

  /**
   * The contract of that name, or the default where none is named.
   * @throws RangeError when there is none of that name.
   */
  named(id: string | undefined): Contract {
    const contract = this.#byId.get(id ?? this.#defaultId);
    if (!contract) {
      throw new RangeError(
        `contract: found "${id ?? this.#defaultId}", expected one of ${[...this.#byId.keys()].join(', ')}`,
      );
    }
    return contract;
  }

  /** When a month is over on every contract's clock. */
  monthEnd(month: string): Instant {
    const ends = [...this.#byId.values()].map(
      ({ offsetMinutes }) => monthInterval(parseMonth(month), offsetMinutes).end,
    );
    return Math.max(...ends);
  }

  /** The contract that binds a service as known at an instant; undefined where the facts do not define the service. */
  ofService(ledger: Ledger, service: string, asOf: Instant): Contract | undefined {
    const definition = lastDefinition(ledger, service, asOf);
    return definition && this.named(definition.contract);
  }
}
