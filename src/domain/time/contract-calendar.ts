/**
 * The contract clock: a fixed offset from UTC all year (cl. 7.1, GMT+5), so its days are all 24 h long, and its months
 * and years are calendar arithmetic, never divisions.
 */
import type { Instant } from './instant.ts';
import type { Interval } from './interval.ts';
import { quote } from './text.ts';

/** A contract-clock month. */
export interface YearMonth {
  readonly year: number;
  /** 1–12. */
  readonly month: number;
}

/** A fixed offset as a time zone that calendars know: `+05:00`. */
export function zoneOf(offsetMinutes: number): string {
  const magnitude = Math.abs(offsetMinutes);
  const hours = String(Math.trunc(magnitude / 60)).padStart(2, '0');
  const minutes = String(magnitude % 60).padStart(2, '0');
  return `${offsetMinutes < 0 ? '-' : '+'}${hours}:${minutes}`;
}

function local(instant: Instant, offsetMinutes: number): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zoneOf(offsetMinutes));
}

function midnight(date: Temporal.PlainDate, offsetMinutes: number): Instant {
  return date.toZonedDateTime(zoneOf(offsetMinutes)).epochMilliseconds;
}

/** The month that contains an instant. */
export function monthOf(instant: Instant, offsetMinutes: number): YearMonth {
  const { year, month } = local(instant, offsetMinutes);
  return { year, month };
}

/** Months and years by their number and their offset: every service asks for the same few, and the calendar is slow to tell. */
const months = new Map<string, Interval>();
const years = new Map<string, Interval>();
/** So that nobody's questions about a thousand years stay. */
const MOST_KEPT = 1_000;

function kept(intervals: Map<string, Interval>, name: string, tell: () => Interval): Interval {
  const known = intervals.get(name);
  if (known) return known;
  const told = tell();
  if (intervals.size >= MOST_KEPT) intervals.clear();
  intervals.set(name, told);
  return told;
}

/** [first instant of the month, first instant of the next). */
export function monthInterval(month: YearMonth, offsetMinutes: number): Interval {
  return kept(months, `${month.year} ${month.month} ${offsetMinutes}`, () => tellMonth(month, offsetMinutes));
}

function tellMonth({ year, month }: YearMonth, offsetMinutes: number): Interval {
  const first = Temporal.PlainDate.from({ year, month, day: 1 }, { overflow: 'reject' });
  return { start: midnight(first, offsetMinutes), end: midnight(first.add({ months: 1 }), offsetMinutes) };
}

/** [first instant of the calendar year, first instant of the next). */
export function yearInterval(year: number, offsetMinutes: number): Interval {
  return kept(years, `${year} ${offsetMinutes}`, () => tellYear(year, offsetMinutes));
}

function tellYear(year: number, offsetMinutes: number): Interval {
  const first = Temporal.PlainDate.from({ year, month: 1, day: 1 });
  return { start: midnight(first, offsetMinutes), end: midnight(first.add({ years: 1 }), offsetMinutes) };
}

/**
 * A contract-clock day, `2026-03-10`, as an interval.
 * @throws RangeError when it is not a calendar date.
 */
export function dayInterval(date: string, offsetMinutes: number): Interval {
  const day = Temporal.PlainDate.from(date, { overflow: 'reject' });
  return { start: midnight(day, offsetMinutes), end: midnight(day.add({ days: 1 }), offsetMinutes) };
}

/** The month before. */
export function previousMonth({ year, month }: YearMonth): YearMonth {
  return month === 1 ? { year: year - 1, month: 12 } : { year, month: month - 1 };
}

/**
 * Reads `2026-03`.
 * @throws RangeError that says what was found and expected.
 */
export function parseMonth(text: string): YearMonth {
  const match = /^(\d{4})-(0[1-9]|1[0-2])$/.exec(text);
  if (!match) throw new RangeError(`month: found ${quote(text)}, expected a month such as 2026-03`);
  return { year: Number(match[1]), month: Number(match[2]) };
}

/** `2026-03`. */
export function formatMonth({ year, month }: YearMonth): string {
  return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}`;
}

/** ISO 8601 on the contract clock with milliseconds: `2026-03-10T00:30:00.000+05:00`. */
export function formatInstant(instant: Instant, offsetMinutes: number): string {
  return local(instant, offsetMinutes).toString({ timeZoneName: 'never', fractionalSecondDigits: 3 });
}

/** The contract-clock date of an instant, `2026-03-10`. */
export function dateOf(instant: Instant, offsetMinutes: number): string {
  return local(instant, offsetMinutes).toPlainDate().toString();
}

/**
 * The anniversary year of a first instant that contains a later one: [k-th anniversary, next), counted on the contract
 * calendar from the first instant's own date and time. 29 February becomes the 28th in common years.
 */
export function yearsOf(first: Instant, containing: Instant, offsetMinutes: number): Interval {
  const origin = local(first, offsetMinutes);
  const anniversary = (years: number): Instant => origin.add({ years }).epochMilliseconds;
  let years = Math.max(0, local(containing, offsetMinutes).year - origin.year);
  while (years > 0 && anniversary(years) > containing) years -= 1;
  return { start: anniversary(years), end: anniversary(years + 1) };
}
