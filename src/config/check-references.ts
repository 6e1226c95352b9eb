/** Ids that must be unique and names that must lead somewhere, over all files. */

import { nearest } from '../domain/text/nearest.ts';
import { quote } from '../domain/time/text.ts';
import type { SourceDocument } from './document.ts';
import type { KeyPath } from './problem.ts';
import { entriesAt, itemsAt, textAt } from './raw.ts';

/** The ids that a services file gives and names, right or wrong, each list by the place of its owner; undefined where none is. */
export interface NamedIds {
  readonly customers: readonly (string | undefined)[];
  readonly services: readonly (string | undefined)[];
  /** Of each service. */
  readonly customerOf: readonly (string | undefined)[];
  readonly contractOf: readonly (string | undefined)[];
}

/** A file in which places can be told and complained of. */
export type Placed = Pick<SourceDocument, 'complain' | 'placeOf'>;

/** Records each check whose id another check of its component has. */
export function checkCheckIds(document: SourceDocument): void {
  for (const { value, path } of itemsAt(document.value, [], 'services')) {
    for (const component of entriesAt(value, path, 'components')) {
      const ids = new Ids();
      for (const check of itemsAt(component.value, component.path, 'checks')) {
        ids.take(document, check.path, check.value);
      }
    }
  }
}

/**
 * Collects what files name, a file at a time, and holds the references against it at the end: a file may be
 * named from one that is read before it.
 */
export class References {
  readonly #contracts = new Ids();
  readonly #customers = new Ids();
  readonly #services = new Ids();
  readonly #references: ({ readonly document: Placed } & Pick<NamedIds, 'customerOf' | 'contractOf'>)[] = [];

  takeMain(main: SourceDocument): void {
    for (const { value, path } of itemsAt(main.value, [], 'sandbox', 'customers')) {
      this.#customers.take(main, path, value);
      this.#services.take(main, path, value);
    }
  }

  takeContract(document: SourceDocument): void {
    this.#contracts.take(document, [], document.value);
  }

  takeServices(document: Placed, { customers, services, customerOf, contractOf }: NamedIds): void {
    for (const [index, id] of customers.entries()) this.#customers.takeId(document, ['customers', index, 'id'], id);
    for (const [index, id] of services.entries()) this.#services.takeId(document, ['services', index, 'id'], id);
    this.#references.push({ document, customerOf, contractOf });
  }

  /**
   * Records every reference to nothing. To be asked when all that is named was found and could be read.
   * @param giveWay lets others have their turn of the event loop, between two files.
   */
  async check(main: SourceDocument, giveWay: () => Promise<void>): Promise<void> {
    this.#contracts.require(main, ['contract'], textAt(main.value, 'contract'), 'a contract');
    for (const { document, customerOf, contractOf } of this.#references) {
      for (const [index, customer] of customerOf.entries()) {
        this.#customers.require(document, ['services', index, 'customer'], customer, 'a customer');
        this.#contracts.require(document, ['services', index, 'contract'], contractOf[index], 'a contract');
      }
      await giveWay();
    }
  }
}

/** Ids of one kind, each with what gave it: its place is looked up only where it is told, since that needs the parser. */
class Ids {
  readonly #places = new Map<string, { readonly document: Placed; readonly path: KeyPath }>();

  take(document: Placed, owner: KeyPath, value: unknown): void {
    this.takeId(document, [...owner, 'id'], textAt(value, 'id'));
  }

  takeId(document: Placed, path: KeyPath, id: string | undefined): void {
    if (id === undefined) return;
    const first = this.#places.get(id);
    if (first === undefined) {
      this.#places.set(id, { document, path });
      return;
    }
    const hint = `first at ${first.document.placeOf(first.path)}`;
    document.complain({ path, found: `${quote(id)} again`, expected: 'an id of its own', hint });
  }

  require(document: Placed, path: KeyPath, id: string | undefined, what: string): void {
    if (id === undefined || this.#places.has(id)) return;
    const near = nearest(id, this.#places.keys());
    const expected = `the id of ${what} that is configured`;
    document.complain({ path, expected, ...(near === undefined ? {} : { hint: `did you mean "${near}"?` }) });
  }
}
