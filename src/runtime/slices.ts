/** Long work on a thread where others wait for their turn: cut into slices of some milliseconds. */
import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from './clock.ts';

/** Work that yields wherever it may be interrupted, at least once a tenth of a millisecond or so, and returns its result. */
export type Steps<Result> = Generator<undefined, Result, undefined>;

/** How long a slice takes: less than what a probe's answer may wait. */
const SLICE_MS = 5;

/** Does the work without a pause. */
export function atOnce<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** Does the work a slice at a time; between two of them everybody who waits has a turn. */
export async function inSlices<Result>(steps: Steps<Result>, clock: Pick<Clock, 'monotonicMs'>): Promise<Result> {
  let startedMs = clock.monotonicMs();
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    if (clock.monotonicMs() - startedMs < SLICE_MS) continue;
    await turn();
    startedMs = clock.monotonicMs();
  }
}
