import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE, SECOND } from '../../../src/domain/time/instant.ts';
import { parseDuration, parseInstant, quote, UnreadableText } from '../../../src/domain/time/text.ts';

const DURATION = 'a duration such as 30s, 5m, 48h or PT30S';
const INSTANT = 'an instant with its offset such as 2026-03-10T00:30:00+05:00';

describe('parseDuration', () => {
  it.each([
    ['0s', 0],
    ['500ms', 500],
    ['90s', 90 * SECOND],
    ['5m', 5 * MINUTE],
    ['48h', 48 * HOUR],
    ['30d', 30 * DAY],
    ['007s', 7 * SECOND],
    ['PT30S', 30 * SECOND],
    ['PT0.5S', 500],
    ['PT1H30M', 90 * MINUTE],
    ['PT1.5H', 90 * MINUTE],
    ['P1D', DAY],
    ['P1DT12H', 36 * HOUR],
    ['P2W', 14 * DAY],
    ['PT90M', 90 * MINUTE],
  ])('reads %s', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each([
    ['', DURATION],
    ['90', DURATION],
    ['5 minits', DURATION],
    ['5 m', DURATION],
    [' 5m', DURATION],
    ['5m\n', DURATION],
    ['5M', DURATION],
    ['1.5h', DURATION],
    ['-5m', DURATION],
    ['1h30m', DURATION],
    ['P', DURATION],
    ['PT', DURATION],
    ['-PT5M', DURATION],
    ['pt5m', DURATION],
    ['PT5M ', DURATION],
    ['P1M', `${DURATION}, without years and months, which have no fixed length`],
    ['P1Y', `${DURATION}, without years and months, which have no fixed length`],
    ['PT0.0005S', `${DURATION}, in whole milliseconds`],
    ['999999999999999d', 'a duration of less than 285 000 years'],
    ['P99999999999D', 'a duration of less than 285 000 years'],
  ])('refuses %j and says what it expected', (text, expected) => {
    expect(() => parseDuration(text)).toThrow(new UnreadableText(text, expected));
  });

  it('reads what Temporal writes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100 * 366 * DAY }), (ms) => {
        const written = Temporal.Duration.from({ milliseconds: ms }).round({ largestUnit: 'days' }).toString();
        expect(parseDuration(written)).toBe(ms);
        expect(parseDuration(`${ms}ms`)).toBe(ms);
      }),
    );
  });
});

describe('parseInstant', () => {
  it.each([
    ['1970-01-01T00:00:00Z', 0],
    ['2026-03-10T00:30:00+05:00', Date.UTC(2026, 2, 9, 19, 30)],
    ['2026-03-10T00:30+05:00', Date.UTC(2026, 2, 9, 19, 30)],
    ['2026-03-10T00:30:00.5+05:00', Date.UTC(2026, 2, 9, 19, 30, 0, 500)],
    ['2026-03-10T00:30:00.123000+05:00', Date.UTC(2026, 2, 9, 19, 30, 0, 123)],
    ['2024-02-29T23:59:59.999Z', Date.UTC(2024, 1, 29, 23, 59, 59, 999)],
    ['2026-01-01T00:00:00-09:30', Date.UTC(2026, 0, 1, 9, 30)],
    ['1969-12-31T23:59:59.999Z', -1],
  ])('reads %s', (text, ms) => {
    expect(parseInstant(text)).toBe(ms);
  });

  it.each([
    ['', INSTANT],
    ['2026-03-10', INSTANT],
    ['2026-03-10T00:30:00', INSTANT],
    ['2026-03-10 00:30:00+05:00', INSTANT],
    ['2026-03-10T00:30:00+05', INSTANT],
    ['2026-03-10T00:30:00+0500', INSTANT],
    ['2026-03-10T00:30:00[Asia/Almaty]', INSTANT],
    ['2026-03-10T00:30:00+05:00[Asia/Almaty]', INSTANT],
    ['2026-03-10T24:00:00Z', INSTANT],
    ['2026-03-10T00:30:60Z', INSTANT],
    ['2026-03-10T00Z', INSTANT],
    ['2026-03-10T00:30:00Z\n', INSTANT],
    ['10.03.2026T00:30:00Z', INSTANT],
    ['1773084600000', INSTANT],
    ['2026-02-30T00:00:00Z', `${INSTANT}, on a day that the calendar has`],
    ['2026-02-29T00:00:00Z', `${INSTANT}, on a day that the calendar has`],
    ['2026-13-01T00:00:00Z', `${INSTANT}, on a day that the calendar has`],
    ['2026-03-10T00:30:00.0001Z', `${INSTANT}, in whole milliseconds`],
  ])('refuses %j and says what it expected', (text, expected) => {
    expect(() => parseInstant(text)).toThrow(new UnreadableText(text, expected));
  });

  it('reads what toISOString writes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Date.UTC(2200, 0) }), (ms) => {
        expect(parseInstant(new Date(ms).toISOString())).toBe(ms);
      }),
    );
  });
});

describe('quote', () => {
  it('bounds a text and disarms what a terminal could obey', () => {
    expect(quote('a"b\n\u001b[31m\u202e\u009b')).toBe('"a\\"b\\n\\u001b[31m\\u{202e}\\u{9b}"');
    expect(quote('x'.repeat(200))).toBe(`"${'x'.repeat(80)}…"`);
  });
});
