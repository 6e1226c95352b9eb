import { describe, expect, it } from 'vitest';
import { atOnce, inSlices, type Steps } from '../../src/runtime/slices.ts';

/** Takes a millisecond of its clock at each step. */
function working(steps: number): { readonly clock: { monotonicMs(): number }; readonly work: Steps<string> } {
  let ms = 0;
  return {
    clock: { monotonicMs: () => ms },
    work: (function* () {
      for (let step = 0; step < steps; step += 1) {
        ms += 1;
        yield;
      }
      return 'done';
    })(),
  };
}

async function turnsDuring(work: Promise<unknown>): Promise<number> {
  let turns = 0;
  let isOver = false;
  const count = (): void => {
    if (isOver) return;
    turns += 1;
    setImmediate(count);
  };
  setImmediate(count);
  await work;
  isOver = true;
  return turns;
}

describe('work in steps', () => {
  it('is done at once', () => {
    expect(atOnce(working(100).work)).toBe('done');
  });

  it('lets others have a turn each five milliseconds', async () => {
    const { clock, work } = working(100);
    const turns = await turnsDuring(inSlices(work, clock));
    expect(turns).toBeGreaterThanOrEqual(19);
    expect(turns).toBeLessThanOrEqual(21);
  });

  it('gives its result, and its failure', async () => {
    const { clock, work } = working(100);
    expect(await inSlices(work, clock)).toBe('done');
    const failing: Steps<void> = (function* () {
      yield;
      throw new Error('broken');
    })();
    await expect(inSlices(failing, clock)).rejects.toThrow('broken');
  });
});
