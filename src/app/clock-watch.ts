/**
 * Notices that the wall clock was stepped, for it and the monotonic one have gone on by different times since the last look, and
 * puts each step on record.
 *
 * A step is recorded when it is noticed. Those that follow within a minute are summed up and recorded after it; while there are any,
 * such pauses double up to an hour. A clock that is stepped each second makes thirty facts in a day, and none makes more than
 * one a minute, which is what coverage takes.
 */
import type { ClockSteppedFact } from '../domain/facts/fact.ts';
import { HOUR, MINUTE, type Millis } from '../domain/time/instant.ts';
import type { Clock } from '../runtime/clock.ts';

/** NTP that slews stays far below this between two looks. */
const LEAST_STEP: Millis = 500;
const SHORTEST_PAUSE: Millis = MINUTE;
const LONGEST_PAUSE: Millis = HOUR;

export class ClockWatch {
  readonly #clock: Pick<Clock, 'now' | 'monotonicMs'>;
  readonly #record: (fact: ClockSteppedFact) => void;
  #offset: Millis;
  /** Steps that are not on record yet, and their sum. */
  #steps = 0;
  #byMs: Millis = 0;
  #pauseMs: Millis = SHORTEST_PAUSE;
  #recordedMs: Millis = Number.NEGATIVE_INFINITY;

  /** @param record takes a fact that is to be journalled, whatever happens to the journal meanwhile. */
  constructor(clock: Pick<Clock, 'now' | 'monotonicMs'>, record: (fact: ClockSteppedFact) => void) {
    this.#clock = clock;
    this.#record = record;
    this.#offset = clock.now() - clock.monotonicMs();
  }

  /** By how much the clock was stepped since the last look, back if negative; undefined when it was not. For each second. */
  look(): Millis | undefined {
    const offset = this.#clock.now() - this.#clock.monotonicMs();
    const step = Math.round(offset - this.#offset);
    this.#offset = offset;
    const isStep = Math.abs(step) >= LEAST_STEP;
    const isPauseOver = this.#clock.monotonicMs() - this.#recordedMs >= this.#pauseMs;
    if (isPauseOver) this.#pauseMs = this.#steps > 0 ? Math.min(LONGEST_PAUSE, 2 * this.#pauseMs) : SHORTEST_PAUSE;
    if (isStep) {
      this.#steps += 1;
      this.#byMs += step;
    }
    if (isPauseOver) this.flush();
    return isStep ? step : undefined;
  }

  /** Puts on record what waits for the end of a pause. */
  flush(): void {
    if (this.#steps === 0) return;
    const at = this.#clock.now();
    this.#record({ type: 'clock-stepped', at, expected: at - this.#byMs, byMs: this.#byMs, steps: this.#steps });
    this.#recordedMs = this.#clock.monotonicMs();
    this.#steps = 0;
    this.#byMs = 0;
  }
}
