import { describe, expect, it } from 'vitest';
import { calendarInterval, parseNamedPeriod } from '../../../src/domain/time/named-period.ts';
import { at, clockOf } from '../../support/world.ts';

describe('a named period', () => {
  it.each([
    ['2026-03', '2026-03-01', '2026-04-01'],
    ['2026-12', '2026-12-01', '2027-01-01'],
    ['2026-Q1', '2026-01-01', '2026-04-01'],
    ['2028-Q1', '2028-01-01', '2028-04-01'],
    ['2026-Q4', '2026-10-01', '2027-01-01'],
    ['2026', '2026-01-01', '2027-01-01'],
  ])('%s is [%s, %s) on the contract clock', (text, start, end) => {
    const period = parseNamedPeriod(text);
    if (period.kind === 'rolling' || period.kind === 'promise-year') throw new Error('no calendar period');
    expect(calendarInterval(period, 300)).toEqual({ start: at(start), end: at(end) });
    const on = clockOf(-210);
    expect(calendarInterval(period, -210)).toEqual({ start: on(start), end: on(end) });
  });

  it.each(['', '2026-Q5', '2026-Q0', '2026-q1', '2026-13', '26', '2026-3', 'Rolling', '2026-03-01', ' 2026', '2026\n'])(
    '%j is none, and the error says what is',
    (text) => {
      expect(() => parseNamedPeriod(text)).toThrow(
        /^found ".*", expected a period such as 2026-03, 2026-Q1, 2026, rolling or year$/,
      );
    },
  );
});
