/**
 * First in, first out, of a fixed capacity: one more than that drops the oldest. Every item has a number, counted from 0
 * since the queue was made, by which a batch that is being written can be told from what came after.
 */
export interface BoundedQueue<T> {
  /** Number of the oldest item that is still here. */
  readonly head: number;
  /** Number that the next item gets. */
  readonly tail: number;
  /** Adds an item; returns whether the oldest had to go for it. */
  push(item: T): boolean;
  /** Up to `count` of the oldest, which stay. */
  peek(count: number): T[];
  /** Drops all items numbered below `number`; returns how many were still here. */
  dropBefore(number: number): number;
}

/** Makes an empty queue. Throws RangeError unless the capacity is a positive integer. */
export function boundedQueue<T>(capacity: number): BoundedQueue<T> {
  if (!Number.isSafeInteger(capacity) || capacity < 1) {
    throw new RangeError(`queue capacity: found ${capacity}, expected a positive integer`);
  }
  // Items by their number: a Map hands back its memory, a ring of the full capacity would not.
  const items = new Map<number, T>();
  let head = 0;
  let tail = 0;
  const dropBefore = (number: number): number => {
    let dropped = 0;
    while (head < Math.min(number, tail)) {
      items.delete(head);
      head += 1;
      dropped += 1;
    }
    return dropped;
  };
  return {
    get head() {
      return head;
    },
    get tail() {
      return tail;
    },
    push(item) {
      items.set(tail, item);
      tail += 1;
      return dropBefore(tail - capacity) > 0;
    },
    peek(count) {
      const oldest: T[] = [];
      for (let number = head; number < Math.min(head + count, tail); number += 1) {
        const item = items.get(number);
        if (item !== undefined) oldest.push(item);
      }
      return oldest;
    },
    dropBefore,
  };
}
