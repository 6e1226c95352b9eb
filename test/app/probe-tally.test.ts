import { describe, expect, it } from 'vitest';
import { ProbeTally } from '../../src/app/probe-tally.ts';
import { HOUR, MINUTE, SECOND } from '../../src/domain/time/instant.ts';
import { ManualClock } from '../support/manual-clock.ts';

describe('ProbeTally', () => {
  it('counts all probes and the failed ones, and names no pace before a minute has passed', async () => {
    const clock = new ManualClock();
    const tally = new ProbeTally(clock);
    for (const outcome of ['ok', 'fail', 'void', 'fail'] as const) tally.add(outcome);
    await clock.advance(59 * SECOND);
    expect(tally.view()).toEqual({ total: 4, failed: 2 });
  });

  it('names the pace of the latest minute and forgets what is older', async () => {
    const clock = new ManualClock();
    const tally = new ProbeTally(clock);
    for (let second = 0; second < 120; second += 1) {
      for (let n = 0; n < 3; n += 1) tally.add('ok');
      await clock.advance(SECOND);
    }
    expect(tally.view().perSecond).toBeCloseTo(3, 0);
    await clock.advance(30 * SECOND);
    expect(tally.view().perSecond).toBeCloseTo(1.5, 0);
    await clock.advance(MINUTE);
    expect(tally.view()).toEqual({ total: 360, failed: 0, perSecond: 0 });
  });

  it('is right after hours in which nothing was probed', async () => {
    const clock = new ManualClock();
    const tally = new ProbeTally(clock);
    for (let n = 0; n < 60; n += 1) tally.add('ok');
    await clock.advance(5 * HOUR);
    for (let n = 0; n < 120; n += 1) tally.add('ok');
    expect(tally.view()).toEqual({ total: 180, failed: 0, perSecond: 2 });
  });
});
