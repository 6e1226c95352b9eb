/**
 * When a check is probed: at slots on a fixed grid of the wall clock, so that nothing drifts and a restart keeps the grid;
 * sooner than the next slot while an outcome is being confirmed or the check is down (docs/schedule.md).
 */
import type { DetectorState } from '../domain/detection/detector.ts';
import { type Instant, type Millis, SECOND } from '../domain/time/instant.ts';

/** Waits before the second and every later probe that confirms a change (docs/decisions/0009). */
const CONFIRMATION_DELAYS: readonly Millis[] = [2 * SECOND, 5 * SECOND];
/** Time between two probes of a check that went down just now. */
export const DOWN_PACE: Millis = 5 * SECOND;
/** Later it is this part of the time that the check has been down: an end is dated to within 1/60 of the outage. */
const DOWN_PACE_PART = 60;

/** The first slot later than an instant: slots are phase + k × interval since the epoch. */
export function nextSlot(after: Instant, phaseMs: Millis, intervalMs: Millis): Instant {
  return phaseMs + (Math.floor((after - phaseMs) / intervalMs) + 1) * intervalMs;
}

/** How long after a contrary probe the next one confirms or refutes it; never more than half an interval. */
function confirmationDelay(contrary: number, intervalMs: Millis): Millis {
  const delay = CONFIRMATION_DELAYS[Math.min(contrary, CONFIRMATION_DELAYS.length) - 1] ?? 0;
  return Math.min(delay, Math.floor(intervalMs / 2));
}

/** Time between two probes of a check that is watched closely, by how long it has been down. */
export function downPace(downForMs: Millis, intervalMs: Millis): Millis {
  return Math.min(intervalMs, Math.max(DOWN_PACE, Math.floor(downForMs / DOWN_PACE_PART)));
}

/** How long after its last probe a check is to be probed besides its slots; undefined where its slots are enough. */
export function extraDelay(state: DetectorState, intervalMs: Millis, downForMs: Millis): Millis | undefined {
  if (state.contrary > 0) return confirmationDelay(state.contrary, intervalMs);
  return state.confirmed === 'down' ? downPace(downForMs, intervalMs) : undefined;
}
