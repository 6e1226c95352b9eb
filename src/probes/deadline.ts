/** One deadline for a whole exchange, so that no sequence of slow steps can outlast it. */
import type { CancelTimer, Clock } from '../runtime/clock.ts';

/**
 * Calls back once, `timeoutMs` milliseconds of the monotonic clock from now, with how many milliseconds late that call
 * is. Lateness is our own: the process was busy, and replies may lie unread.
 */
export function startDeadline(clock: Clock, timeoutMs: number, expired: (lateMs: number) => void): CancelTimer {
  const dueMs = clock.monotonicMs() + timeoutMs;
  return clock.after(timeoutMs, () => expired(clock.monotonicMs() - dueMs));
}
