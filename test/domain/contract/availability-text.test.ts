import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatAvailability } from '../../../src/domain/contract/availability-text.ts';

describe('availability as text', () => {
  it.each([
    ['no observed time has no figure', 0, 0, null],
    ['never down', 1, 0, '100.0000'],
    ['never up', 0, 1, '0.0000'],
    ['one millisecond of a year is never rounded away', 31_535_999_999, 1, '99.9999'],
    ['just under the target is never shown as the target', 9_979_999, 20_001, '99.7999'],
    ['exactly the target', 998, 2, '99.8000'],
    ['under ten percent keeps its zero', 1, 99_999, '0.0010'],
    ['planned-with-notice of the worked examples', 21_600_000, 7_200_000, '75.0000'],
    ['cap-of-one-month of the worked examples', 172_800_000, 432_000_000, '28.5714'],
  ])('%s', (_name, up, unplanned, text) => {
    expect(formatAvailability(up, unplanned)).toBe(text);
  });

  it('never exceeds the true ratio and is less than one last digit under it', () => {
    const ms = fc.integer({ min: 0, max: 10 * 366 * 86_400_000 });
    fc.assert(
      fc.property(ms, ms, (up, unplanned) => {
        fc.pre(up + unplanned > 0);
        const shown = BigInt(formatAvailability(up, unplanned)!.replace('.', ''));
        const exact = BigInt(up) * 1_000_000n;
        const observed = BigInt(up + unplanned);
        expect(shown * observed <= exact && exact < (shown + 1n) * observed).toBe(true);
      }),
    );
  });

  it.each([
    [-1, 0],
    [0, 0.5],
    [Number.NaN, 1],
  ])('refuses totals that are no milliseconds: %s, %s', (up, unplanned) => {
    expect(() => formatAvailability(up, unplanned)).toThrow(/expected whole milliseconds/);
  });
});
