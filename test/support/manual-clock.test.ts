import { describe, expect, it } from 'vitest';
import { ManualClock } from './manual-clock.ts';

describe('ManualClock', () => {
  it('runs what is due in order of its instant, then of asking, each at its own instant', async () => {
    const clock = new ManualClock(1_000);
    const seen: string[] = [];
    const note = (name: string) => () => seen.push(`${name}@${clock.now()}`);
    clock.after(30, note('c'));
    clock.after(10, note('a'));
    clock.after(10, note('b'));
    clock.after(31, note('too late'));
    await clock.advance(30);
    expect(seen).toEqual(['a@1010', 'b@1010', 'c@1030']);
    expect(clock.now()).toBe(1_030);
    expect(clock.pending).toBe(1);
  });

  it('runs what a callback asks for when it falls due within the same advance', async () => {
    const clock = new ManualClock();
    const seen: number[] = [];
    const tick = () => {
      seen.push(clock.monotonicMs());
      clock.after(10, tick);
    };
    clock.after(10, tick);
    await clock.advance(35);
    expect(seen).toEqual([10, 20, 30]);
  });

  it('lets a sleeper go on to its next sleep before later timers run', async () => {
    const clock = new ManualClock();
    const seen: string[] = [];
    clock.after(25, () => seen.push('timer@25'));
    const sleeper = (async () => {
      for (let turn = 0; turn < 3; turn += 1) {
        await clock.sleep(10);
        seen.push(`slept@${clock.monotonicMs()}`);
      }
    })();
    await clock.advance(30);
    await sleeper;
    expect(seen).toEqual(['slept@10', 'slept@20', 'timer@25', 'slept@30']);
  });

  it('forgets a cancelled timer, and cancelling twice or after it ran harms no other', async () => {
    const clock = new ManualClock();
    const seen: string[] = [];
    const cancelA = clock.after(10, () => seen.push('a'));
    clock.after(10, () => seen.push('b'));
    cancelA();
    cancelA();
    expect(clock.pending).toBe(1);
    await clock.advance(10);
    cancelA();
    expect(seen).toEqual(['b']);
  });

  it('rejects an aborted sleep with the reason of its signal and holds no timer for it', async () => {
    const clock = new ManualClock();
    const stop = new AbortController();
    const sleep = clock.sleep(10, stop.signal);
    stop.abort(new Error('stopping'));
    await expect(sleep).rejects.toThrow('stopping');
    await expect(clock.sleep(10, stop.signal)).rejects.toThrow('stopping');
    expect(clock.pending).toBe(0);
  });

  it('steps the wall clock without touching durations or timers', async () => {
    const clock = new ManualClock(1_000);
    const seen: number[] = [];
    clock.after(10, () => seen.push(clock.now()));
    clock.stepWall(-500);
    expect(clock.monotonicMs()).toBe(0);
    await clock.advance(10);
    expect(seen).toEqual([510]);
  });

  it('refuses to go back, and to advance twice at once', async () => {
    const clock = new ManualClock();
    await expect(clock.advance(-1)).rejects.toThrow('found -1, expected 0 or more');
    const first = clock.advance(1);
    await expect(clock.advance(1)).rejects.toThrow('await that one first');
    await first;
    expect(clock.monotonicMs()).toBe(1);
  });
});
