/** Notices that the wall clock was stepped: it and the monotonic one have gone on by different times since the last look. */
import type { Millis } from '../domain/time/instant.ts';
import type { Clock } from '../runtime/clock.ts';

/** NTP that slews stays far below this between two looks. */
const LEAST_STEP: Millis = 500;

export class ClockWatch {
  readonly #clock: Pick<Clock, 'now' | 'monotonicMs'>;
  #offset: Millis;

  constructor(clock: Pick<Clock, 'now' | 'monotonicMs'>) {
    this.#clock = clock;
    this.#offset = clock.now() - clock.monotonicMs();
  }

  /** By how much the clock was stepped since the last look, back if negative; undefined when it was not. */
  look(): Millis | undefined {
    const offset = this.#clock.now() - this.#clock.monotonicMs();
    const step = Math.round(offset - this.#offset);
    this.#offset = offset;
    return Math.abs(step) >= LEAST_STEP ? step : undefined;
  }
}
