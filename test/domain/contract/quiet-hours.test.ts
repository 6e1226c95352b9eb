import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quietHoursWithin } from '../../../src/domain/contract/quiet-hours.ts';
import type { DailySpan } from '../../../src/domain/contract/terms.ts';
import { daily } from '../../support/contracts.ts';
import { at, clockOf } from '../../support/world.ts';

const QUIET = [daily('01:00', '06:00')];

describe('quietHoursWithin', () => {
  it('finds each night of a period', () => {
    expect(quietHoursWithin(QUIET, 300, { start: at('2026-03-10'), end: at('2026-03-12') })).toEqual([
      { start: at('2026-03-10 01:00'), end: at('2026-03-10 06:00') },
      { start: at('2026-03-11 01:00'), end: at('2026-03-11 06:00') },
    ]);
  });

  it('cuts a night at the period’s ends', () => {
    expect(quietHoursWithin(QUIET, 300, { start: at('2026-03-10 02:00'), end: at('2026-03-10 03:00') })).toEqual([
      { start: at('2026-03-10 02:00'), end: at('2026-03-10 03:00') },
    ]);
  });

  it('finds nothing in a period of the day', () => {
    expect(quietHoursWithin(QUIET, 300, { start: at('2026-03-10 06:00'), end: at('2026-03-11 01:00') })).toEqual([]);
  });

  it('runs over midnight where the end is before the start', () => {
    const on = clockOf(-210);
    expect(
      quietHoursWithin([daily('23:30', '04:30')], -210, { start: on('2026-03-10'), end: on('2026-03-11') }),
    ).toEqual([
      { start: on('2026-03-10 00:00'), end: on('2026-03-10 04:30') },
      { start: on('2026-03-10 23:30'), end: on('2026-03-11 00:00') },
    ]);
  });

  it('joins spans that overlap or touch', () => {
    const spans = [daily('01:00', '03:00'), daily('03:00', '05:00'), daily('04:00', '06:00')];
    expect(quietHoursWithin(spans, 300, { start: at('2026-03-10'), end: at('2026-03-11') })).toEqual([
      { start: at('2026-03-10 01:00'), end: at('2026-03-10 06:00') },
    ]);
  });

  it('from midnight to midnight is always', () => {
    const period = { start: at('2026-03-10 13:00'), end: at('2026-03-13 07:00') };
    expect(quietHoursWithin([daily('00:00', '00:00')], 300, period)).toEqual([period]);
    expect(quietHoursWithin([daily('00:00', '24:00')], 300, period)).toEqual([period]);
  });

  it('without spans is never', () => {
    expect(quietHoursWithin([], 300, { start: at('2026-03-10'), end: at('2026-03-11') })).toEqual([]);
  });

  it('holds before 1970', () => {
    expect(quietHoursWithin(QUIET, 300, { start: at('1969-12-31'), end: at('1970-01-01') })).toEqual([
      { start: at('1969-12-31 01:00'), end: at('1969-12-31 06:00') },
    ]);
  });

  it('agrees with the clock at every quarter of an hour, at any offset', () => {
    const QUARTER = 900_000;
    const DAY = 96 * QUARTER;
    const span = fc
      .tuple(fc.integer({ min: 0, max: 95 }), fc.integer({ min: 0, max: 95 }))
      .map(([start, end]): DailySpan => ({ startMs: start * QUARTER, endMs: end * QUARTER }));
    const offset = fc.integer({ min: -48, max: 56 }).map((quarters) => quarters * 15);
    fc.assert(
      fc.property(
        fc.array(span, { maxLength: 3 }),
        offset,
        fc.integer({ min: -200, max: 200 }),
        (spans, minutes, first) => {
          const period = { start: first * QUARTER, end: first * QUARTER + 2 * DAY };
          const found = quietHoursWithin(spans, minutes, period);
          for (let t = period.start; t < period.end; t += QUARTER) {
            const clock = (((t + minutes * 60_000) % DAY) + DAY) % DAY;
            const quiet = spans.some(({ startMs, endMs }) =>
              startMs < endMs ? startMs <= clock && clock < endMs : startMs <= clock || clock < endMs,
            );
            expect(found.some(({ start, end }) => start <= t && t < end)).toBe(quiet);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
