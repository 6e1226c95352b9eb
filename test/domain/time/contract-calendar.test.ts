import { describe, expect, it } from 'vitest';
import {
  dateOf,
  dayInterval,
  formatInstant,
  formatMonth,
  monthInterval,
  monthOf,
  parseMonth,
  previousMonth,
  yearInterval,
  yearsOf,
} from '../../../src/domain/time/contract-calendar.ts';

const KZ = 300;
const NORTHERN = -210;
const DAY = 86_400_000;
const utc = (text: string): number => Date.parse(`${text}Z`);

describe('monthInterval', () => {
  it.each([
    [1969, 12, KZ, '1969-11-30T19:00', 31],
    [1970, 1, KZ, '1969-12-31T19:00', 31],
    [1900, 2, KZ, '1900-01-31T19:00', 28],
    [2000, 2, KZ, '2000-01-31T19:00', 29],
    [2026, 2, KZ, '2026-01-31T19:00', 28],
    [2028, 2, KZ, '2028-01-31T19:00', 29],
    [2100, 2, KZ, '2100-01-31T19:00', 28],
    [2101, 12, KZ, '2101-11-30T19:00', 31],
    [2026, 12, NORTHERN, '2026-12-01T03:30', 31],
    [2026, 4, 0, '2026-04-01T00:00', 30],
    [2026, 4, 14 * 60, '2026-03-31T10:00', 30],
    [2026, 4, -12 * 60, '2026-04-01T12:00', 30],
  ])('%i-%i at %i min begins at %s UTC and has %i days', (year, month, offset, start, days) => {
    const interval = monthInterval({ year, month }, offset);
    expect(interval.start).toBe(utc(start));
    expect(interval.end - interval.start).toBe(days * DAY);
  });

  it('months follow each other without a gap from 1969 to 2101', () => {
    let end = monthInterval({ year: 1968, month: 12 }, KZ).end;
    for (let year = 1969; year <= 2101; year += 1) {
      for (let month = 1; month <= 12; month += 1) {
        const interval = monthInterval({ year, month }, KZ);
        expect(interval.start).toBe(end);
        expect(monthOf(interval.start, KZ)).toEqual({ year, month });
        expect(monthOf(interval.end - 1, KZ)).toEqual({ year, month });
        end = interval.end;
      }
    }
  });

  it.each([0, 13])('refuses month %i', (month) => {
    expect(() => monthInterval({ year: 2026, month }, KZ)).toThrow(RangeError);
  });
});

describe('yearInterval', () => {
  it.each([
    [1969, 365],
    [2026, 365],
    [2028, 366],
    [2100, 365],
    [2101, 365],
  ])('%i has %i days', (year, days) => {
    const interval = yearInterval(year, KZ);
    expect(interval.end - interval.start).toBe(days * DAY);
    expect(interval.start).toBe(utc(`${year - 1}-12-31T19:00`));
  });
});

describe('dayInterval', () => {
  it.each([
    ['2026-03-10', KZ, '2026-03-09T19:00'],
    ['2026-01-01', KZ, '2025-12-31T19:00'],
    ['2028-02-29', KZ, '2028-02-28T19:00'],
    ['2026-03-10', NORTHERN, '2026-03-10T03:30'],
    ['1969-12-31', KZ, '1969-12-30T19:00'],
  ])('%s at %i min begins at %s UTC and has 24 h', (date, offset, start) => {
    expect(dayInterval(date, offset)).toEqual({ start: utc(start), end: utc(start) + DAY });
  });

  it.each(['2026-02-29', '2026-13-01', '2026-04-31', 'yesterday', ''])('refuses %j', (date) => {
    expect(() => dayInterval(date, KZ)).toThrow(RangeError);
  });
});

describe('an instant on the contract clock', () => {
  it.each([
    ['2026-03-09T19:30:00.000', KZ, '2026-03-10T00:30:00.000+05:00', '2026-03-10'],
    ['2026-03-10T03:29:59.999', NORTHERN, '2026-03-09T23:59:59.999-03:30', '2026-03-09'],
    ['1969-12-31T18:59:59.999', KZ, '1969-12-31T23:59:59.999+05:00', '1969-12-31'],
    ['2101-12-31T19:00:00.000', KZ, '2102-01-01T00:00:00.000+05:00', '2102-01-01'],
    ['2026-03-10T00:00:00.000', 0, '2026-03-10T00:00:00.000+00:00', '2026-03-10'],
  ])('%s UTC at %i min is %s', (instant, offset, text, date) => {
    expect(formatInstant(utc(instant), offset)).toBe(text);
    expect(dateOf(utc(instant), offset)).toBe(date);
    expect(Date.parse(text)).toBe(utc(instant));
  });
});

describe('months as text', () => {
  it('are read, written and counted back', () => {
    expect(parseMonth('2026-03')).toEqual({ year: 2026, month: 3 });
    expect(formatMonth({ year: 2026, month: 3 })).toBe('2026-03');
    expect(previousMonth({ year: 2026, month: 3 })).toEqual({ year: 2026, month: 2 });
    expect(previousMonth({ year: 2026, month: 1 })).toEqual({ year: 2025, month: 12 });
  });

  it.each(['2026-3', '2026-00', '2026-13', '26-03', '2026-03-01', '2026/03', '', ' 2026-03'])(
    '%j is refused',
    (text) => {
      expect(() => parseMonth(text)).toThrow(`month: found "${text}", expected a month such as 2026-03`);
    },
  );
});

describe('anniversary years', () => {
  it.each([
    // first active, an instant, the year that contains it
    ['2025-03-15 10:00', '2026-03-15 09:59', '2025-03-15 10:00', '2026-03-15 10:00'],
    ['2025-03-15 10:00', '2026-03-15 10:00', '2026-03-15 10:00', '2027-03-15 10:00'],
    ['2025-03-15 10:00', '2025-03-15 10:00', '2025-03-15 10:00', '2026-03-15 10:00'],
    ['2024-02-29 00:00', '2025-02-27 12:00', '2024-02-29 00:00', '2025-02-28 00:00'],
    ['2024-02-29 00:00', '2025-02-28 12:00', '2025-02-28 00:00', '2026-02-28 00:00'],
    ['2024-02-29 00:00', '2028-02-28 12:00', '2027-02-28 00:00', '2028-02-29 00:00'],
    ['2024-02-29 00:00', '2028-02-29 12:00', '2028-02-29 00:00', '2029-02-28 00:00'],
    ['2025-12-31 23:59', '2027-01-01 00:00', '2026-12-31 23:59', '2027-12-31 23:59'],
  ])('of a service begun %s, at %s: %s to %s', (first, instant, start, end) => {
    const on = (text: string): number => utc(text.replace(' ', 'T')) - KZ * 60_000;
    expect(yearsOf(on(first), on(instant), KZ)).toEqual({ start: on(start), end: on(end) });
  });
});
