/**
 * The simulation's time. Everything due runs in order of its instant, and among equals in the order in which it was asked
 * for; between two instants every promise that can go on does. Real time since the beginning (`elapsed`) and what the
 * wall clock shows are two things: the wall clock can be stepped, and each stretch between two steps is a *pass* over
 * the wall's instants, which may happen twice or not at all.
 *
 * A year has 31 million seconds, and the prober loop looks at each: where nothing is going on, timers of a second and
 * more may be late by up to `sleepyMs`, as on a machine that dozes. In `busy` times every timer is exact.
 */
import { setImmediate as settle } from 'node:timers/promises';
import type { Instant, Millis } from '../../src/domain/time/instant.ts';
import type { CancelTimer, Clock } from '../../src/runtime/clock.ts';
import type { SeededRandom } from '../support/seeded-random.ts';
import type { Span } from './spans.ts';

/** A stretch of real time in which the wall clock showed `elapsed + shift`. */
export interface Pass {
  readonly from: Millis;
  to: Millis;
  readonly shift: Instant;
}

interface Timer {
  readonly at: Millis;
  readonly order: number;
  readonly run: () => void;
  cancelled: boolean;
}

const SHORTEST_DOZE: Millis = 1_000;

export class VirtualTime {
  readonly passes: Pass[];
  readonly #heap: Timer[] = [];
  readonly #random: SeededRandom;
  readonly #busy: readonly Span[];
  readonly #sleepyMs: Millis;
  #busyIndex = 0;
  #elapsed: Millis = 0;
  #order = 0;
  #touched = false;

  constructor(options: {
    readonly start: Instant;
    /** Sorted and disjoint, in elapsed time. */
    readonly busy: readonly Span[];
    readonly sleepyMs: Millis;
    readonly random: SeededRandom;
  }) {
    this.passes = [{ from: 0, to: Number.POSITIVE_INFINITY, shift: options.start }];
    this.#busy = options.busy;
    this.#sleepyMs = options.sleepyMs;
    this.#random = options.random;
  }

  get elapsed(): Millis {
    return this.#elapsed;
  }

  /** What the wall clock shows. */
  wall(): Instant {
    return this.#elapsed + (this.passes.at(-1) as Pass).shift;
  }

  /** Steps the wall clock, as an operator or NTP would. */
  step(ms: Millis): void {
    const last = this.passes.at(-1) as Pass;
    last.to = this.#elapsed;
    this.passes.push({ from: this.#elapsed, to: Number.POSITIVE_INFINITY, shift: last.shift + ms });
  }

  /** Says that a promise may go on, so that time waits for whatever follows from it. */
  touch(): void {
    this.#touched = true;
  }

  /** Calls back at exactly that elapsed time, now when it has passed. */
  at(elapsed: Millis, run: () => void): CancelTimer {
    const timer = { at: Math.max(elapsed, this.#elapsed), order: this.#order++, run, cancelled: false };
    this.#push(timer);
    return () => {
      timer.cancelled = true;
    };
  }

  /** Calls back after so long, or a little later where the machine may doze. */
  after(ms: Millis, run: () => void): CancelTimer {
    const due = this.#elapsed + Math.max(0, Math.ceil(ms));
    return this.at(ms < SHORTEST_DOZE ? due : this.#dozeUntil(due), run);
  }

  /** Runs everything due up to an elapsed time. An error that a callback throws rejects it. */
  async run(until: Millis): Promise<void> {
    await settle();
    for (let next = this.#heap[0]; next && next.at <= until; next = this.#heap[0]) {
      this.#pop();
      if (next.cancelled) continue;
      this.#elapsed = next.at;
      next.run();
      if (!this.#touched) continue;
      this.#touched = false;
      await settle();
    }
    this.#elapsed = until;
  }

  #dozeUntil(due: Millis): Millis {
    let busy = this.#busy[this.#busyIndex];
    while (busy && busy.end <= due) busy = this.#busy[++this.#busyIndex];
    if (busy && busy.start <= due) return due;
    return Math.min(due + this.#random.whole(0, this.#sleepyMs), busy?.start ?? Number.POSITIVE_INFINITY);
  }

  #push(timer: Timer): void {
    let index = this.#heap.push(timer) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = this.#heap[parent] as Timer;
      if (before(above, timer)) break;
      this.#heap[index] = above;
      index = parent;
    }
    this.#heap[index] = timer;
  }

  #pop(): void {
    const timer = this.#heap.pop() as Timer;
    const size = this.#heap.length;
    if (size === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= size) break;
      if (child + 1 < size && before(this.#heap[child + 1] as Timer, this.#heap[child] as Timer)) child += 1;
      if (before(timer, this.#heap[child] as Timer)) break;
      this.#heap[index] = this.#heap[child] as Timer;
      index = child;
    }
    this.#heap[index] = timer;
  }
}

function before(a: Timer, b: Timer): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

/** Time as one process sees it. Once killed it never wakes the process again, and `gone` stands for all it waits for. */
export class ProcessClock implements Clock {
  readonly #time: VirtualTime;
  readonly #startedAt: Millis;
  #alive = true;

  constructor(time: VirtualTime) {
    this.#time = time;
    this.#startedAt = time.elapsed;
  }

  get alive(): boolean {
    return this.#alive;
  }

  kill(): void {
    this.#alive = false;
  }

  now(): Instant {
    return this.#time.wall();
  }

  monotonicMs(): Millis {
    return this.#time.elapsed - this.#startedAt;
  }

  after(ms: Millis, callback: () => void): CancelTimer {
    return this.#time.after(ms, () => {
      if (this.#alive) callback();
    });
  }

  sleep(ms: Millis, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const abandon = (): void => {
        cancel();
        this.#time.touch();
        reject(signal?.reason);
      };
      const cancel = this.after(ms, () => {
        signal?.removeEventListener('abort', abandon);
        this.#time.touch();
        resolve();
      });
      signal?.addEventListener('abort', abandon, { once: true });
    });
  }

  /** Resolves with the value in a process that lives, never in one that was killed. */
  async unlessKilled<T>(value: T): Promise<T> {
    this.#time.touch();
    return this.#alive ? value : new Promise<never>(() => {});
  }
}
