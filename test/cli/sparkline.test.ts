import { describe, expect, it } from 'vitest';
import { sparkline } from '../../src/cli/sparkline.ts';

describe('sparkline', () => {
  it.each([
    ['nothing', [], ''],
    ['a ramp', [0, 1, 2, 3, 4, 5, 6, 7], '▁▂▃▄▅▆▇█'],
    ['nothing but zeros', [0, 0, 0], '▁▁▁'],
    ['a small change of a large value', [100, 101, 100], '███'],
    ['values that are not known', [null, 7, Number.NaN, 0, Number.POSITIVE_INFINITY], '·█·▁·'],
    ['negative values', [-7, 0], '▁█'],
  ])('%s', (_, values, bars) => {
    expect(sparkline(values)).toBe(bars);
  });

  it('takes more values than a function takes arguments', () => {
    expect(sparkline(Array(500_000).fill(1))).toHaveLength(500_000);
  });
});
