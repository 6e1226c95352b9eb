/** How many probes were run since the start, and how many a second over the latest minute. */
import type { Outcome } from '../domain/facts/fact.ts';
import { SECOND } from '../domain/time/instant.ts';
import type { StatusView } from '../report/status.ts';
import type { Clock } from '../runtime/clock.ts';

const SECONDS_KEPT = 60;

export class ProbeTally {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #perSecond: number[] = Array(SECONDS_KEPT).fill(0);
  readonly #startedMs: number;
  #second = 0;
  #total = 0;
  #failed = 0;

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock;
    this.#startedMs = clock.monotonicMs();
  }

  add(outcome: Outcome): void {
    this.#advance();
    this.#perSecond[this.#second % SECONDS_KEPT] = (this.#perSecond[this.#second % SECONDS_KEPT] ?? 0) + 1;
    this.#total += 1;
    if (outcome === 'fail') this.#failed += 1;
  }

  view(): StatusView['probes'] {
    this.#advance();
    const counts = { total: this.#total, failed: this.#failed };
    if (this.#second < SECONDS_KEPT) return counts;
    const lately = this.#perSecond.reduce((sum, count) => sum + count, 0);
    return { ...counts, perSecond: lately / SECONDS_KEPT };
  }

  /** Empties the places of the seconds that have passed since the last look. */
  #advance(): void {
    const now = Math.floor((this.#clock.monotonicMs() - this.#startedMs) / SECOND);
    const passed = Math.min(now - this.#second, SECONDS_KEPT);
    for (let i = 0; i < passed; i += 1) this.#perSecond[(now - i) % SECONDS_KEPT] = 0;
    this.#second = now;
  }
}
