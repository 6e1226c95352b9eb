/** Periods as people name them: `2026-03`, `2026-Q1`, `2026`, `rolling`, `year`. */
import { monthInterval, parseMonth, type YearMonth, yearInterval } from './contract-calendar.ts';
import type { Interval } from './interval.ts';
import { UnreadableText } from './text.ts';

export type CalendarPeriod =
  | { readonly kind: 'month'; readonly month: YearMonth }
  | { readonly kind: 'quarter'; readonly year: number; readonly quarter: number }
  | { readonly kind: 'year'; readonly year: number };

/** A calendar period; the last 365 days; or the year of the contract's promise, whichever that is (setting `tally`). */
export type NamedPeriod = CalendarPeriod | { readonly kind: 'rolling' } | { readonly kind: 'promise-year' };

/**
 * Reads `2026-03`, `2026-Q1`, `2026`, `rolling` or `year` (the contract's own).
 * @throws UnreadableText for anything else.
 */
export function parseNamedPeriod(text: string): NamedPeriod {
  if (text === 'rolling') return { kind: 'rolling' };
  if (text === 'year') return { kind: 'promise-year' };
  const quarter = /^(\d{4})-Q([1-4])$/.exec(text);
  if (quarter) return { kind: 'quarter', year: Number(quarter[1]), quarter: Number(quarter[2]) };
  if (/^\d{4}$/.test(text)) return { kind: 'year', year: Number(text) };
  if (/^\d{4}-(0[1-9]|1[0-2])$/.test(text)) return { kind: 'month', month: parseMonth(text) };
  throw new UnreadableText(text, 'a period such as 2026-03, 2026-Q1, 2026, rolling or year');
}

/** The whole of a calendar period on the contract clock. */
export function calendarInterval(period: CalendarPeriod, offsetMinutes: number): Interval {
  if (period.kind === 'month') return monthInterval(period.month, offsetMinutes);
  if (period.kind === 'year') return yearInterval(period.year, offsetMinutes);
  const { year, quarter } = period;
  const first = monthInterval({ year, month: 3 * quarter - 2 }, offsetMinutes);
  const last = monthInterval({ year, month: 3 * quarter }, offsetMinutes);
  return { start: first.start, end: last.end };
}
