/**
 * Which of a group's checks are watched closely while they are down: a few, for all of them. When one recovers, the rest
 * are worth a look at once.
 */
import type { Instant, Millis } from '../domain/time/instant.ts';
import { DOWN_PACE } from './schedule.ts';

/** Members of a group watched closely at a time. */
const SAMPLE_SIZE = 8;

export class FateSample<Member> {
  readonly #down = new Set<Member>();
  readonly #close = new Set<Member>();
  #wokenAt: Instant = Number.NEGATIVE_INFINITY;

  isClose(member: Member): boolean {
    return this.#close.has(member);
  }

  /** A member went down: it is watched closely while there is room. */
  add(member: Member): void {
    this.#down.add(member);
    if (this.#close.size < SAMPLE_SIZE) this.#close.add(member);
  }

  /**
   * A member is down no more, or nobody's.
   * @returns the member that is watched closely in its place, if it was and there is one.
   */
  remove(member: Member): Member | undefined {
    this.#down.delete(member);
    if (!this.#close.delete(member)) return undefined;
    const next = this.#down.values().find((other) => !this.#close.has(other));
    if (next !== undefined) this.#close.add(next);
    return next;
  }

  /**
   * A member answered again.
   * @param paceMs nobody is woken again within this time.
   * @returns those that are down; without those watched closely while their own pace is as quick as ever.
   */
  wake(now: Instant, paceMs: Millis): readonly Member[] {
    if (Math.abs(now - this.#wokenAt) < paceMs) return [];
    const asleep = [...this.#down].filter((member) => paceMs > DOWN_PACE || !this.#close.has(member));
    if (asleep.length > 0) this.#wokenAt = now;
    return asleep;
  }
}
