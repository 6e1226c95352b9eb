/**
 * Random numbers that one seed determines, for runs that must be repeatable: splitmix32, whose state is one number and
 * whose every output is a scramble of it.
 */
export class SeededRandom {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** The next number in [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x9e3779b9) | 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  }

  /** A whole number from `min` to `max`, both included. */
  whole(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1));
  }

  /** A whole number from `min` to `max` of which every magnitude is as likely as another; `min` is at least 1. */
  magnitude(min: number, max: number): number {
    return Math.round(min * (max / min) ** this.next());
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.whole(0, list.length - 1)] as T;
  }

  /** A sequence of its own, so that what one part of a run draws shifts nothing in another. */
  fork(): SeededRandom {
    return new SeededRandom(this.whole(0, 2 ** 32 - 1));
  }
}
