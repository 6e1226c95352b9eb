/**
 * How the slots of an interval wander about their grid, all together and slowly, so that no check always meets the same
 * second of its target's own clockwork, a job of each full minute say. Drawn from a seed and the wall clock alone, so that a
 * restart, and whoever computes it again, finds the same slots.
 *
 * 1. A slot is at most `reach` later than its place on the grid, and never earlier.
 * 2. Slots keep their order and their evenness: neighbours in time are moved by much the same. Two slots of one check lie one
 *    interval apart, give or take `reach` / 64.
 */
import type { Instant, Millis } from '../domain/time/instant.ts';

/** Intervals from one drawn place to the next; between them slots move from the one to the other, evenly. */
const LEG = 64;

export class Wander {
  readonly #legMs: Millis;
  readonly #reach: Millis;
  readonly #seed: number;
  #leg = Number.NaN;
  #from = 0;
  #slope = 0;

  /** @param reach in milliseconds, at most the interval; 0 keeps slots on the grid. */
  constructor(intervalMs: Millis, reach: Millis, seed: number) {
    this.#legMs = LEG * intervalMs;
    this.#reach = Math.min(reach, intervalMs);
    this.#seed = (seed ^ Math.imul(intervalMs, 0x9e3779b1)) >>> 0;
  }

  get reach(): Millis {
    return this.#reach;
  }

  /** When the slot at this instant of the grid is. */
  slot(grid: Instant): Instant {
    if (this.#reach === 0) return grid;
    const leg = Math.floor(grid / this.#legMs);
    if (leg !== this.#leg) {
      this.#leg = leg;
      this.#from = this.#drawn(leg);
      this.#slope = (this.#drawn(leg + 1) - this.#from) / this.#legMs;
    }
    return grid + Math.floor(this.#from + this.#slope * (grid - leg * this.#legMs));
  }

  /** Where the leg of that number begins, from 0 to the reach. */
  #drawn(leg: number): Millis {
    return (mix(this.#seed ^ mix(leg >>> 0)) / 2 ** 32) * this.#reach;
  }
}

/** A whole number from 0 to 2^32 - 1 that shows nothing of the one it is made of (the finalizer of MurmurHash3). */
function mix(number: number): number {
  let mixed = number;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
