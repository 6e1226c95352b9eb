/**
 * When each check is probed: slots on a fixed grid of the wall clock, so that nothing drifts and a restart keeps the
 * grid; phases spread evenly; sooner than the next slot while an outcome is being confirmed or the check is down.
 */
import type { DetectorState } from '../domain/detection/detector.ts';
import { type Instant, type Millis, SECOND } from '../domain/time/instant.ts';

const GOLDEN_RATIO = (Math.sqrt(5) - 1) / 2;

/** Waits before the second and every later probe that confirms a change (docs/decisions/0007). */
const CONFIRMATION_DELAYS: readonly Millis[] = [2 * SECOND, 5 * SECOND];
/** While down a check is probed this many times as often, but not oftener than the floor. */
const DOWN_SPEED_UP = 6;
const DOWN_FLOOR: Millis = 5 * SECOND;

/**
 * The phase of the n-th check of an interval: multiples of the golden ratio fill the interval evenly for any number of
 * checks, and adding one moves no other.
 * @returns milliseconds in [0, intervalMs).
 */
export function phaseOf(ordinal: number, intervalMs: Millis): Millis {
  return Math.floor(((ordinal * GOLDEN_RATIO) % 1) * intervalMs);
}

/** The first slot later than an instant: slots are phase + k × interval since the epoch. */
export function nextSlot(after: Instant, phaseMs: Millis, intervalMs: Millis): Instant {
  return phaseMs + (Math.floor((after - phaseMs) / intervalMs) + 1) * intervalMs;
}

/** When to probe next after the probe sent at `sentAt` has been taken into the detector's state. */
export function nextProbe(sentAt: Instant, phaseMs: Millis, intervalMs: Millis, state: DetectorState): Instant {
  const slot = nextSlot(sentAt, phaseMs, intervalMs);
  if (state.contrary > 0) {
    const delay = CONFIRMATION_DELAYS[Math.min(state.contrary, CONFIRMATION_DELAYS.length) - 1] ?? 0;
    return Math.min(slot, sentAt + Math.min(delay, Math.floor(intervalMs / 2)));
  }
  if (state.confirmed === 'down') {
    const pace = Math.min(intervalMs, Math.max(DOWN_FLOOR, Math.floor(intervalMs / DOWN_SPEED_UP)));
    return Math.min(slot, sentAt + pace);
  }
  return slot;
}
