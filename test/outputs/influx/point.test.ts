import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundedQueue } from '../../../src/outputs/influx/bounded-queue.ts';
import { outagePoint, samplePoint, tagValue } from '../../../src/outputs/influx/point.ts';

describe('points', () => {
  it('tells an open outage from an ended one', () => {
    const part = { service: 's1', customer: 'c1', class: 'unplanned', start: 1_000, durationMs: 500 } as const;
    expect(outagePoint(part).fields).toMatchObject({ startMs: 1_000, durationMs: 500, open: true });
    expect(outagePoint({ ...part, end: 1_500 }).fields).toMatchObject({ endMs: 1_500, open: false });
  });

  it('leaves empty tags out', () => {
    const point = samplePoint({
      service: 's1',
      component: '',
      check: 'k1',
      vantage: 'local',
      kind: 'http',
      outcome: 'ok',
      sentAt: 1_000,
      durationMs: 1,
      phases: {},
    });
    expect(Object.keys(point.tags ?? {})).toEqual(['service', 'check', 'vantage', 'kind', 'outcome']);
  });

  it('makes every tag value one that ends where it should', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
        const value = tagValue(text);
        expect(value).not.toMatch(/\p{Cc}|\\$/u);
        expect(value.isWellFormed()).toBe(true);
        expect(value.length).toBeLessThanOrEqual(256);
      }),
    );
  });
});

describe('the bounded queue', () => {
  it('behaves as a list that loses its oldest items', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.oneof(fc.constant('push' as const), fc.integer({ min: 0, max: 4 })), { maxLength: 40 }),
        (capacity, steps) => {
          const queue = boundedQueue<number>(capacity);
          let model: number[] = [];
          let next = 0;
          for (const step of steps) {
            if (step === 'push') {
              model.push(next);
              expect(queue.push(next)).toBe(model.length > capacity);
              model = model.slice(-capacity);
              next += 1;
            } else {
              expect(queue.dropBefore(queue.head + step)).toBe(Math.min(step, model.length));
              model = model.slice(step);
            }
            expect(queue.peek(100)).toEqual(model);
            expect(queue.tail - queue.head).toBe(model.length);
          }
        },
      ),
    );
  });
});
