/**
 * Instants of the one form that observations have by the million, `2026-03-10T00:30:00+05:00` or with `Z`, without a
 * calendar library. It reads nothing that `parseInstant` reads differently; every other form is handed to it.
 */
import type { Instant } from '../../domain/time/instant.ts';
import { parseInstant } from '../../domain/time/text.ts';

/**
 * An ISO 8601 instant with its offset, as milliseconds since 1970.
 * @throws UnreadableText as `parseInstant` does.
 */
export function readInstantText(text: string): Instant {
  return usualForm(text) ?? parseInstant(text);
}

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function usualForm(text: string): Instant | undefined {
  const isUtc = text.length === 20 && text[19] === 'Z';
  if (!isUtc && !(text.length === 25 && text[22] === ':')) return undefined;
  if (text[4] !== '-' || text[7] !== '-' || text[10] !== 'T' || text[13] !== ':' || text[16] !== ':') return undefined;
  const year = digits(text, 0) * 100 + digits(text, 2);
  const month = digits(text, 5);
  const day = digits(text, 8);
  const hour = digits(text, 11);
  const minute = digits(text, 14);
  const second = digits(text, 17);
  // NaN, from what is no digit, fails each of these.
  if (!(year >= 1000 && month >= 1 && month <= 12 && day >= 1 && day <= daysOf(year, month))) return undefined;
  if (!(hour <= 23 && minute <= 59 && second <= 59)) return undefined;
  const local = Date.UTC(year, month - 1, day, hour, minute, second);
  if (isUtc) return local;
  const sign = text[19] === '+' ? 1 : text[19] === '-' ? -1 : Number.NaN;
  const offsetHours = digits(text, 20);
  const offsetMinutes = digits(text, 23);
  if (!(offsetHours <= 23 && offsetMinutes <= 59)) return undefined;
  const instant = local - sign * (offsetHours * 60 + offsetMinutes) * 60_000;
  return Number.isNaN(instant) ? undefined : instant;
}

function daysOf(year: number, month: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && isLeap ? 29 : (DAYS[month - 1] ?? 0);
}

/** The two digits at an index as a number; NaN when one is something else. */
function digits(text: string, index: number): number {
  const tens = text.charCodeAt(index) - 48;
  const ones = text.charCodeAt(index + 1) - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}
