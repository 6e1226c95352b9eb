/** Plays a sample site's script: which behaviour holds now, and a call at each change of it. */
import type { SandboxBehaviour, SandboxStep } from '../../config/sandbox-schema.ts';
import { DAY, type Millis } from '../../domain/time/instant.ts';
import type { CancelTimer, Clock } from '../../runtime/clock.ts';

/** Timers of the platform hold 24.8 days at most; a longer wait is made of several. */
const LONGEST_WAIT_MS = DAY;

/**
 * The behaviour so many milliseconds after the start, and how many whole ones it still holds, in a script repeated for
 * ever.
 * @throws RangeError when the script has no step, or one without a positive duration.
 */
export function stepAt(
  script: readonly SandboxStep[],
  elapsedMs: Millis,
): { readonly behaviour: SandboxBehaviour; readonly remainingMs: Millis } {
  let roundMs = 0;
  for (const step of script) {
    if (!(step.durationMs > 0)) {
      throw new RangeError(`script: found a duration of ${step.durationMs} ms, expected more than 0`);
    }
    roundMs += step.durationMs;
  }
  let remainingMs = -(Math.floor(elapsedMs) % roundMs);
  for (const step of script) {
    remainingMs += step.durationMs;
    if (remainingMs > 0) return { behaviour: step.behaviour, remainingMs };
  }
  throw new RangeError('script: found no step, expected at least one');
}

/**
 * Calls `apply` with the behaviour at once and then at each change, until cancelled. Steps are timed from the start
 * and not from one another, so that late timers do not add up; whole steps that were slept through are left out.
 * @throws RangeError as `stepAt` does.
 */
export function playScript(
  script: readonly SandboxStep[],
  clock: Clock,
  apply: (behaviour: SandboxBehaviour) => void,
): CancelTimer {
  const startMs = clock.monotonicMs();
  let current: SandboxBehaviour | undefined;
  let cancel: CancelTimer = () => {};
  const turn = () => {
    const { behaviour, remainingMs } = stepAt(script, clock.monotonicMs() - startMs);
    cancel = clock.after(Math.min(remainingMs, LONGEST_WAIT_MS), turn);
    if (behaviour === current) return;
    current = behaviour;
    apply(behaviour);
  };
  turn();
  return () => cancel();
}
