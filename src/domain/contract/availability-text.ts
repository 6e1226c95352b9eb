/** Availability as people read it. The one place where the exact pair (up, unplanned) becomes a rounded figure. */
import type { Millis } from '../time/instant.ts';

const DECIMALS = 4;

/**
 * up / (up + unplanned) in percent with 4 decimals, rounded down, so that 99.79999 is never shown as 99.8
 * (REPLAY.md, What `--json` prints); null where neither up nor unplanned time was observed.
 * @throws RangeError when a total is not a whole, non-negative number of milliseconds.
 */
export function formatAvailability(upMs: Millis, unplannedMs: Millis): string | null {
  for (const [name, value] of [
    ['upMs', upMs],
    ['unplannedMs', unplannedMs],
  ] as const) {
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new RangeError(`${name}: found ${value}, expected whole milliseconds of at least 0`);
    }
  }
  const up = BigInt(upMs);
  const observed = up + BigInt(unplannedMs);
  if (observed === 0n) return null;
  const scaled = (up * 100n * 10n ** BigInt(DECIMALS)) / observed;
  const digits = scaled.toString().padStart(DECIMALS + 1, '0');
  return `${digits.slice(0, -DECIMALS)}.${digits.slice(-DECIMALS)}`;
}
