/**
 * What may be probed besides the slots: a token bucket, so that a mass outage does not melt the monitor. Confirmations come
 * first: watching what is down closely takes nothing of the bucket's lower half.
 */
import type { Clock } from '../runtime/clock.ts';

/** Extra probes a second that a thread may always send, however few its checks. */
const LEAST_PER_SECOND = 20;
/** Of a bucket that was left alone, so many seconds' worth may go at once. */
const BURST_SECONDS = 5;

/** What is above this part of the bucket is spare. */
const SPARE_FROM = 0.75;

export type ExtraProbe = 'confirm' | 'watch';

export class Budget {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  #perSecond = 0;
  #tokens = 0;
  #filledAtMs: number;

  /** @param perSecond extra probes a second in the long run. */
  constructor(clock: Pick<Clock, 'monotonicMs'>, perSecond: number) {
    this.#clock = clock;
    this.#filledAtMs = clock.monotonicMs();
    this.resize(perSecond);
    this.#tokens = this.#burst;
  }

  /** Goes on with another rate; what is in the bucket stays. */
  resize(perSecond: number): void {
    this.#fill();
    this.#perSecond = Math.max(LEAST_PER_SECOND, perSecond);
    this.#tokens = Math.min(this.#tokens, this.#burst);
  }

  /** Takes one probe's worth, if there is one for its kind. */
  take(kind: ExtraProbe): boolean {
    this.#fill();
    if (this.#tokens < (kind === 'confirm' ? 1 : 1 + this.#burst / 2)) return false;
    this.#tokens -= 1;
    return true;
  }

  /** Whether there is more than urgent extra probes are likely to need soon. */
  get hasSpare(): boolean {
    this.#fill();
    return this.#tokens > this.#burst * SPARE_FROM;
  }

  get #burst(): number {
    return this.#perSecond * BURST_SECONDS;
  }

  #fill(): void {
    const nowMs = this.#clock.monotonicMs();
    this.#tokens = Math.min(this.#burst, this.#tokens + ((nowMs - this.#filledAtMs) / 1_000) * this.#perSecond);
    this.#filledAtMs = nowMs;
  }
}
