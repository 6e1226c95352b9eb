/**
 * A virtual clock for tests and the simulator: time passes only in `advance`, and whatever is due on the way runs in
 * order of its instant, at its instant, and among equals in the order in which it was asked for. Between two of them
 * every promise that can go on does, so that work awaiting a sleep can ask for its next one within the same advance.
 *
 * It does not wait for sockets, files or workers: what depends on them is awaited by the test itself.
 */
import { setImmediate as settle } from 'node:timers/promises';
import type { CancelTimer, Clock } from '../../src/runtime/clock.ts';

interface Due {
  readonly atMs: number;
  readonly order: number;
  readonly run: () => void;
}

export class ManualClock implements Clock {
  #wallMs: number;
  #elapsedMs = 0;
  #asked = 0;
  #advancing = false;
  /** Sorted by instant, then by order of asking. */
  readonly #due: Due[] = [];

  /** @param now wall-clock instant to begin at; by default 2026-03-01T00:00:00Z. The monotonic clock begins at 0. */
  constructor(now = 1_772_323_200_000) {
    this.#wallMs = now;
  }

  now(): number {
    return Math.floor(this.#wallMs + this.#elapsedMs);
  }

  monotonicMs(): number {
    return this.#elapsedMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const abandon = () => {
        cancel();
        reject(signal?.reason);
      };
      const cancel = this.after(ms, () => {
        signal?.removeEventListener('abort', abandon);
        resolve();
      });
      signal?.addEventListener('abort', abandon, { once: true });
    });
  }

  after(ms: number, callback: () => void): CancelTimer {
    if (!Number.isFinite(ms)) throw new RangeError(`after: found ${ms}, expected a finite number of milliseconds`);
    const entry: Due = { atMs: this.#elapsedMs + Math.max(0, ms), order: this.#asked++, run: callback };
    this.#due.splice(this.#placeOf(entry), 0, entry);
    return () => {
      const place = this.#placeOf(entry);
      if (this.#due[place] === entry) this.#due.splice(place, 1);
    };
  }

  /** How many timers and sleeps wait: 0 when everything that had a timer has let go of it. */
  get pending(): number {
    return this.#due.length;
  }

  /**
   * Lets `ms` milliseconds pass and resolves when all that fell due in them has run. An error that a callback throws
   * rejects it, at that callback's instant.
   */
  async advance(ms: number): Promise<void> {
    if (!(ms >= 0 && Number.isFinite(ms)))
      throw new RangeError(`advance: found ${ms}, expected 0 or more milliseconds`);
    if (this.#advancing) throw new Error('advance: called while an earlier advance runs; await that one first');
    this.#advancing = true;
    try {
      const untilMs = this.#elapsedMs + ms;
      await settle();
      for (let next = this.#due[0]; next && next.atMs <= untilMs; next = this.#due[0]) {
        this.#due.shift();
        this.#elapsedMs = next.atMs;
        next.run();
        await settle();
      }
      this.#elapsedMs = untilMs;
    } finally {
      this.#advancing = false;
    }
  }

  /** Steps the wall clock by so many milliseconds, as an operator or NTP would; timers and durations feel nothing. */
  stepWall(ms: number): void {
    this.#wallMs += ms;
  }

  /** Index of the entry, or where it belongs. */
  #placeOf(entry: Due): number {
    let low = 0;
    let high = this.#due.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#due[middle] as Due;
      if (other.atMs < entry.atMs || (other.atMs === entry.atMs && other.order < entry.order)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
