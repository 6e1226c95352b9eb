/** Ids that must be unique and names that must lead somewhere, over all files. */

import { nearest } from '../domain/text/nearest.ts';
import { quote } from '../domain/time/text.ts';
import type { SourceDocument } from './document.ts';
import type { KeyPath } from './problem.ts';
import { entriesAt, itemsAt, textAt, valueAt } from './raw.ts';

export interface Documents {
  readonly main: SourceDocument;
  readonly contracts: readonly SourceDocument[];
  readonly services: readonly SourceDocument[];
  /** Every file was found and could be read: what is missing is missing, and not merely unread. */
  readonly complete: boolean;
}

/** Records every id that is given twice and every reference to nothing. */
export function checkReferences({ main, contracts, services, complete }: Documents): void {
  const contractIds = new Ids();
  const customerIds = new Ids();
  const serviceIds = new Ids();
  for (const document of contracts) contractIds.take(document, [], document.value);
  for (const { value, path } of itemsAt(main.value, [], 'sandbox', 'customers')) {
    customerIds.take(main, path, value);
    serviceIds.take(main, path, value);
  }
  for (const document of services) {
    for (const { value, path } of itemsAt(document.value, [], 'customers')) customerIds.take(document, path, value);
    for (const { value, path } of itemsAt(document.value, [], 'services')) {
      serviceIds.take(document, path, value);
      for (const component of entriesAt(value, path, 'components')) {
        const checkIds = new Ids();
        for (const check of itemsAt(component.value, component.path, 'checks')) {
          checkIds.take(document, check.path, check.value);
        }
      }
    }
  }
  if (!complete) return;
  contractIds.require(main, ['contract'], 'a contract');
  for (const document of services) {
    for (const { path } of itemsAt(document.value, [], 'services')) {
      customerIds.require(document, [...path, 'customer'], 'a customer');
      contractIds.require(document, [...path, 'contract'], 'a contract');
    }
  }
}

/** Ids of one kind, each with the place that gave it. */
class Ids {
  readonly #places = new Map<string, string>();

  take(document: SourceDocument, owner: KeyPath, value: unknown): void {
    const id = textAt(value, 'id');
    if (id === undefined) return;
    const path = [...owner, 'id'];
    const first = this.#places.get(id);
    if (first === undefined) this.#places.set(id, document.placeOf(path));
    else
      document.complain({ path, found: `${quote(id)} again`, expected: 'an id of its own', hint: `first at ${first}` });
  }

  require(document: SourceDocument, path: KeyPath, what: string): void {
    const id = valueAt(document.value, ...path);
    if (typeof id !== 'string' || this.#places.has(id)) return;
    const near = nearest(id, this.#places.keys());
    const expected = `the id of ${what} that is configured`;
    document.complain({ path, expected, ...(near === undefined ? {} : { hint: `did you mean "${near}"?` }) });
  }
}
