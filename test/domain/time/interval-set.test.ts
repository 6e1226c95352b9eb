import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Interval } from '../../../src/domain/time/interval.ts';
import {
  clip,
  contains,
  type IntervalSet,
  intersect,
  measure,
  normalize,
  subtract,
  union,
} from '../../../src/domain/time/interval-set.ts';

const LIMIT = 40;
const span = fc
  .tuple(fc.integer({ min: 0, max: LIMIT }), fc.integer({ min: 1, max: 9 }))
  .map(([start, length]): Interval => ({ start, end: start + length }));
const set = fc.array(span, { maxLength: 8 }).map(normalize);

/** The slow reading: which instants of 0..60 belong. */
function instants(spans: readonly Interval[]): boolean[] {
  return Array.from({ length: 60 }, (_, t) => spans.some((s) => s.start <= t && t < s.end));
}

function expectPromises(result: IntervalSet): void {
  for (const [i, s] of result.entries()) {
    expect(s.start).toBeLessThan(s.end);
    if (i > 0) expect(result[i - 1]!.end).toBeLessThan(s.start);
  }
}

describe('interval sets against an instant-by-instant reading', () => {
  const operations: [string, (a: IntervalSet, b: IntervalSet) => IntervalSet, (a: boolean, b: boolean) => boolean][] = [
    ['union', union, (a, b) => a || b],
    ['intersect', intersect, (a, b) => a && b],
    ['subtract', subtract, (a, b) => a && !b],
  ];
  it.each(operations)('%s', (_name, operation, truth) => {
    fc.assert(
      fc.property(set, set, (a, b) => {
        const result = operation(a, b);
        const inA = instants(a);
        const inB = instants(b);
        expect(instants(result)).toEqual(inA.map((present, t) => truth(present, inB[t]!)));
        expectPromises(result);
      }),
      { numRuns: 2_000 },
    );
  });

  it('normalize keeps every instant of unordered, overlapping input', () => {
    fc.assert(
      fc.property(fc.array(span, { maxLength: 8 }), (spans) => {
        const result = normalize(spans);
        expect(instants(result)).toEqual(instants(spans));
        expectPromises(result);
      }),
    );
  });

  it('clip, measure and contains agree with it', () => {
    fc.assert(
      fc.property(set, span, (a, within) => {
        const flags = instants(a);
        const clipped = clip(a, within);
        expect(instants(clipped)).toEqual(flags.map((present, t) => present && within.start <= t && t < within.end));
        expect(measure(a)).toBe(flags.filter(Boolean).length);
        expect(flags).toEqual(flags.map((_, t) => contains(a, t)));
      }),
    );
  });
});
