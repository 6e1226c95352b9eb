import { HOUR, MINUTE, type Millis, SECOND } from '../domain/time/instant.ts';

/**
 * A length of time for people: `1 h 02 min 03.456 s`, `2 min 03.000 s`, `0.456 s`. Exact to the millisecond, never
 * rounded; hours go on past 24, as an SLA counts them.
 * @throws RangeError when it is not a whole number of milliseconds.
 */
export function formatDuration(ms: Millis): string {
  if (!Number.isSafeInteger(ms)) throw new RangeError(`duration: found ${ms}, expected whole milliseconds`);
  const magnitude = Math.abs(ms);
  const hours = Math.floor(magnitude / HOUR);
  const minutes = Math.floor((magnitude % HOUR) / MINUTE);
  const seconds = Math.floor((magnitude % MINUTE) / SECOND);
  const fraction = String(magnitude % SECOND).padStart(3, '0');
  const pad = (value: number) => String(value).padStart(2, '0');
  const sign = ms < 0 ? '-' : '';
  if (hours > 0) return `${sign}${hours} h ${pad(minutes)} min ${pad(seconds)}.${fraction} s`;
  if (minutes > 0) return `${sign}${minutes} min ${pad(seconds)}.${fraction} s`;
  return `${sign}${seconds}.${fraction} s`;
}
