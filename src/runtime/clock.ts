/** The one door to time. Everything else is handed a Clock, so that tests and the simulator can hand it another. */
import { setTimeout as wait } from 'node:timers/promises';

export interface Clock {
  /** Wall-clock instant in integer milliseconds, for stamps. It can step. */
  now(): number;
  /** Monotonic milliseconds, fractional, for durations. It never goes back. */
  monotonicMs(): number;
  /** Resolves after `ms` milliseconds, or rejects with the signal's reason when it is aborted first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls back once after `ms` milliseconds unless cancelled; the timer does not keep the process alive. */
  after(ms: number, callback: () => void): CancelTimer;
}

export type CancelTimer = () => void;

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: (ms, signal) => wait(ms, undefined, signal ? { signal } : {}),
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
