import { describe, expect, it } from 'vitest';
import { ClockWatch } from '../../src/app/clock-watch.ts';
import type { ClockSteppedFact } from '../../src/domain/facts/fact.ts';
import { DAY, HOUR, MINUTE, type Millis, SECOND } from '../../src/domain/time/instant.ts';
import { factProblem } from '../../src/journal/fact-shape.ts';
import { ManualClock } from '../support/manual-clock.ts';

function watched() {
  const clock = new ManualClock();
  const facts: ClockSteppedFact[] = [];
  const watch = new ClockWatch(clock, (fact) => facts.push(fact));
  /** Looks each second for so long, after each second's step. */
  const pass = async (ms: Millis, step: (second: number) => Millis = () => 0): Promise<readonly Millis[]> => {
    const seen: Millis[] = [];
    for (let second = 0; second < ms / SECOND; second += 1) {
      const by = step(second);
      if (by !== 0) clock.stepWall(by);
      await clock.advance(SECOND);
      seen.push(...[watch.look()].filter((one) => one !== undefined));
    }
    return seen;
  };
  return { clock, facts, watch, pass };
}

const once = (by: Millis) => (second: number) => (second === 0 ? by : 0);

describe('a step of the wall clock', () => {
  it.each([HOUR, -HOUR, 500, -500])('by %i ms is noticed and recorded once, at once', async (by) => {
    const { clock, facts, pass } = watched();
    expect(await pass(10 * SECOND)).toEqual([]);
    expect(await pass(SECOND, once(by))).toEqual([by]);
    const at = clock.now();
    expect(facts).toEqual([{ type: 'clock-stepped', at, expected: at - by, byMs: by, steps: 1 }]);
    expect(facts.map(factProblem)).toEqual([undefined]);
    expect(await pass(HOUR)).toEqual([]);
    expect(facts).toHaveLength(1);
  });

  it('is not a clock that is slewed', async () => {
    const { facts, pass } = watched();
    expect(await pass(1_000 * SECOND, () => 1)).toEqual([]);
    expect(facts).toEqual([]);
  });

  it('and those within a minute after it are two facts, none of them lost', async () => {
    const { facts, pass } = watched();
    await pass(2 * MINUTE, (second) => [HOUR, -2_000, 700][second] ?? 0);
    expect(facts.map(({ byMs, steps }) => [byMs, steps])).toEqual([
      [HOUR, 1],
      [-1_300, 2],
    ]);
  });

  it('and one long after it are recorded at once each', async () => {
    const { facts, pass } = watched();
    for (const by of [HOUR, -HOUR, 900]) {
      await pass(SECOND, once(by));
      expect(facts.at(-1)?.byMs).toBe(by);
      await pass(3 * MINUTE);
    }
    expect(facts).toHaveLength(3);
  });

  it('is on record when the daemon stops', async () => {
    const { facts, pass, watch } = watched();
    await pass(2 * SECOND, () => HOUR);
    expect(facts).toHaveLength(1);
    watch.flush();
    watch.flush();
    expect(facts.map(({ byMs }) => byMs)).toEqual([HOUR, HOUR]);
  });

  it('each second of a day makes some thirty facts, and they add up', async () => {
    const { facts, pass, watch } = watched();
    await pass(DAY, (second) => (second % 3 === 0 ? 2_000 : -900));
    watch.flush();
    expect(facts.length).toBeLessThan(32);
    expect(facts.reduce((sum, { steps }) => sum + steps, 0)).toBe(86_400);
    expect(facts.reduce((sum, { byMs }) => sum + byMs, 0)).toBe(28_800 * 2_000 - 57_600 * 900);
  });
});
