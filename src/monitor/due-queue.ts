/** A binary heap of what is due when: the earliest first, and of two at one instant the one put in first. */
import type { Instant } from '../domain/time/instant.ts';

interface Entry<T> {
  readonly due: Instant;
  readonly order: number;
  readonly item: T;
}

export class DueQueue<T> {
  readonly #heap: Entry<T>[] = [];
  #order = 0;

  get size(): number {
    return this.#heap.length;
  }

  /** When the earliest item is due; undefined when empty. */
  get nextDue(): Instant | undefined {
    return this.#heap[0]?.due;
  }

  clear(): void {
    this.#heap.length = 0;
  }

  add(due: Instant, item: T): void {
    const entry = { due, order: this.#order++, item };
    let at = this.#heap.push(entry) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = this.#heap[parent] as Entry<T>;
      if (!before(entry, above)) break;
      this.#heap[at] = above;
      at = parent;
    }
    this.#heap[at] = entry;
  }

  /** Takes out the earliest item if it is due by `now`. */
  take(now: Instant): { readonly due: Instant; readonly item: T } | undefined {
    const first = this.#heap[0];
    if (!first || first.due > now) return undefined;
    const last = this.#heap.pop() as Entry<T>;
    if (this.#heap.length > 0) this.#sink(last);
    return first;
  }

  #sink(entry: Entry<T>): void {
    const size = this.#heap.length;
    let at = 0;
    while (true) {
      const left = 2 * at + 1;
      if (left >= size) break;
      const right = left + 1;
      const child = right < size && before(this.#heap[right] as Entry<T>, this.#heap[left] as Entry<T>) ? right : left;
      if (!before(this.#heap[child] as Entry<T>, entry)) break;
      this.#heap[at] = this.#heap[child] as Entry<T>;
      at = child;
    }
    this.#heap[at] = entry;
  }
}

function before<T>(a: Entry<T>, b: Entry<T>): boolean {
  return a.due < b.due || (a.due === b.due && a.order < b.order);
}
