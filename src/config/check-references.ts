/** Ids that must be unique and names that must lead somewhere, over all files. */

import { nearest } from '../domain/text/nearest.ts';
import { quote } from '../domain/time/text.ts';
import type { SourceDocument } from './document.ts';
import type { KeyPath } from './problem.ts';
import { entriesAt, itemsAt, textAt } from './raw.ts';

/**
 * Collects what files name, a file at a time, and holds the references against it at the end: a file may be released in
 * between, and be named from one that is read before it.
 */
export class References {
  readonly #contracts = new Ids();
  readonly #customers = new Ids();
  readonly #services = new Ids();
  /** What the services of a file name, by their place in it. */
  readonly #references: {
    readonly document: SourceDocument;
    readonly named: readonly { readonly customer: string | undefined; readonly contract: string | undefined }[];
  }[] = [];

  takeMain(main: SourceDocument): void {
    for (const { value, path } of itemsAt(main.value, [], 'sandbox', 'customers')) {
      this.#customers.take(main, path, value);
      this.#services.take(main, path, value);
    }
  }

  takeContract(document: SourceDocument): void {
    this.#contracts.take(document, [], document.value);
  }

  takeServices(document: SourceDocument): void {
    const named: { customer: string | undefined; contract: string | undefined }[] = [];
    for (const { value, path } of itemsAt(document.value, [], 'customers')) this.#customers.take(document, path, value);
    for (const { value, path } of itemsAt(document.value, [], 'services')) {
      this.#services.take(document, path, value);
      named.push({ customer: textAt(value, 'customer'), contract: textAt(value, 'contract') });
      for (const component of entriesAt(value, path, 'components')) {
        const checkIds = new Ids();
        for (const check of itemsAt(component.value, component.path, 'checks')) {
          checkIds.take(document, check.path, check.value);
        }
      }
    }
    this.#references.push({ document, named });
  }

  /** Records every reference to nothing. To be asked when all that is named was found and could be read. */
  check(main: SourceDocument): void {
    this.#contracts.require(main, ['contract'], textAt(main.value, 'contract'), 'a contract');
    for (const { document, named } of this.#references) {
      for (const [index, { customer, contract }] of named.entries()) {
        this.#customers.require(document, ['services', index, 'customer'], customer, 'a customer');
        this.#contracts.require(document, ['services', index, 'contract'], contract, 'a contract');
      }
    }
  }
}

/** Ids of one kind, each with what gave it: its place is looked up only where it is told, since that needs the parser. */
class Ids {
  readonly #places = new Map<string, { readonly document: SourceDocument; readonly path: KeyPath }>();

  take(document: SourceDocument, owner: KeyPath, value: unknown): void {
    const id = textAt(value, 'id');
    if (id === undefined) return;
    const path = [...owner, 'id'];
    const first = this.#places.get(id);
    if (first === undefined) {
      this.#places.set(id, { document, path });
      return;
    }
    const hint = `first at ${first.document.placeOf(first.path)}`;
    document.complain({ path, found: `${quote(id)} again`, expected: 'an id of its own', hint });
  }

  require(document: SourceDocument, path: KeyPath, id: string | undefined, what: string): void {
    if (id === undefined || this.#places.has(id)) return;
    const near = nearest(id, this.#places.keys());
    const expected = `the id of ${what} that is configured`;
    document.complain({ path, expected, ...(near === undefined ? {} : { hint: `did you mean "${near}"?` }) });
  }
}
