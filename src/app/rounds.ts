/** Work that is done again and again, each time so long after the last was over. */
import type { Millis } from '../domain/time/instant.ts';
import type { CancelTimer, Clock } from '../runtime/clock.ts';

export interface RepeatOptions {
  readonly clock: Clock;
  readonly everyMs: Millis;
  /** A round is over; with what it failed with, or undefined. */
  readonly onOver: (error: unknown) => void;
}

/** @returns ends it: resolves when the round under way is over. */
export function repeat(round: () => Promise<void>, { clock, everyMs, onOver }: RepeatOptions): () => Promise<void> {
  let cancel: CancelTimer = () => {};
  let running = Promise.resolve();
  let stopped = false;
  const next = (): void => {
    if (stopped) return;
    cancel = clock.after(everyMs, () => {
      running = round()
        .then(() => onOver(undefined))
        .catch(onOver)
        .finally(next);
    });
  };
  next();
  return async () => {
    stopped = true;
    cancel();
    await running;
  };
}
