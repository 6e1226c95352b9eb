import { expect, it } from 'vitest';
import { ClockWatch } from '../../src/app/clock-watch.ts';
import { HOUR, SECOND } from '../../src/domain/time/instant.ts';
import { ManualClock } from '../support/manual-clock.ts';

it.each([HOUR, -HOUR, 500, -500])('a step of the wall clock by %i ms is noticed once', async (step) => {
  const clock = new ManualClock();
  const watch = new ClockWatch(clock);
  await clock.advance(SECOND);
  expect(watch.look()).toBeUndefined();
  clock.stepWall(step);
  await clock.advance(SECOND);
  expect(watch.look()).toBe(step);
  await clock.advance(SECOND);
  expect(watch.look()).toBeUndefined();
});

it('a clock that is slewed is not stepped', async () => {
  const clock = new ManualClock();
  const watch = new ClockWatch(clock);
  for (let second = 0; second < 1_000; second += 1) {
    clock.stepWall(1);
    await clock.advance(SECOND);
    expect(watch.look()).toBeUndefined();
  }
});
