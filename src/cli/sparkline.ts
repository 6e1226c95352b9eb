const LEVELS = '▁▂▃▄▅▆▇█';
const NOTHING = '·';

/**
 * Values as a row of bars, one character each. The scale begins at 0 (or below, where a value is negative), so that a
 * small change of a large value looks small. Null, or anything not finite, is a value that is not known: `·`.
 */
export function sparkline(values: readonly (number | null)[]): string {
  let low = 0;
  let high = 0;
  for (const value of values) {
    if (value === null || !Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const bar = (value: number | null): string => {
    if (value === null || !Number.isFinite(value)) return NOTHING;
    const share = high === low ? 0 : (value - low) / (high - low);
    return LEVELS.charAt(Math.round(share * (LEVELS.length - 1)));
  };
  return values.map(bar).join('');
}
