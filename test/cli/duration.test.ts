import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDuration } from '../../src/cli/duration.ts';

describe('formatDuration', () => {
  it.each([
    [0, '0.000 s'],
    [1, '0.001 s'],
    [59_999, '59.999 s'],
    [60_000, '1 min 00.000 s'],
    [3_599_999, '59 min 59.999 s'],
    [3_723_456, '1 h 02 min 03.456 s'],
    [63_072_000, '17 h 31 min 12.000 s'],
    [31_536_000_000, '8760 h 00 min 00.000 s'],
    [-3_723_456, '-1 h 02 min 03.456 s'],
    [-1, '-0.001 s'],
  ])('%d ms is %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  it('can be read back to the very millisecond', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 400 * 86_400_000 }), (ms) => {
        const [, hours = '0', minutes = '0', seconds, fraction] =
          /^(?:(\d+) h )?(?:(\d+) min )?(\d+)\.(\d{3}) s$/.exec(formatDuration(ms)) ?? [];
        expect(((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000 + Number(fraction)).toBe(ms);
      }),
    );
  });

  it.each([0.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses %d, which it could not show exactly', (ms) => {
    expect(() => formatDuration(ms)).toThrow(`found ${ms}, expected whole milliseconds`);
  });
});
