import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DueQueue } from '../../src/monitor/due-queue.ts';

type Step = { readonly add: number } | { readonly takeBy: number };
const instant = fc.nat(20);
const step: fc.Arbitrary<Step> = fc.oneof(fc.record({ add: instant }), fc.record({ takeBy: instant }));

describe('DueQueue', () => {
  it('gives what a sorted list gives: the earliest due first, and of equals the one put in first', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const queue = new DueQueue<number>();
        const model: { due: number; item: number }[] = [];
        for (const [item, one] of steps.entries()) {
          if ('add' in one) {
            queue.add(one.add, item);
            model.push({ due: one.add, item });
            model.sort((a, b) => a.due - b.due || a.item - b.item);
          } else {
            const first = model[0];
            const expected = first && first.due <= one.takeBy ? model.shift() : undefined;
            const taken = queue.take(one.takeBy);
            expect(taken && { due: taken.due, item: taken.item }).toEqual(expected);
          }
          expect(queue.size).toBe(model.length);
          expect(queue.nextDue).toBe(model[0]?.due);
        }
      }),
    );
  });
});
