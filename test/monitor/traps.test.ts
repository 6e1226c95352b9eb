/** Traps that other monitors fell into while probing: each is a test that bears its name. */
import { describe, expect, it } from 'vitest';
import { DAY, MINUTE, SECOND } from '../../src/domain/time/instant.ts';
import { assignPhases } from '../../src/monitor/phases.ts';
import { TICK } from '../../src/monitor/prober-loop.ts';
import { Recorder } from '../../src/monitor/recorder.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { type Answer, scriptedLoop, watched } from './scripted-probes.ts';

const START = 20_513 * DAY;
const OK: Answer = { outcome: 'ok' };

/** Checks of a minute with their phases spread as the daemon spreads them. */
function fleet(size: number) {
  const ids = Array.from({ length: size }, (_, i) => `c${i}`);
  const phases = assignPhases(ids.map((id) => ({ id, intervalMs: MINUTE })));
  return ids.map((id) => watched(id, { phaseMs: phases.get(id)! }));
}

describe('small default concurrency: three dead hosts delay all', () => {
  it('probes a thousand checks on time while a third of them answer only at their deadline', async () => {
    const clock = new ManualClock(START);
    const { loop, samples } = scriptedLoop({
      clock,
      checks: fleet(1_000),
      script: (check) => (Number(check.slice(1)) % 3 === 0 ? { outcome: 'fail', tookMs: 10 * SECOND } : OK),
    });
    loop.start();
    await clock.advance(3 * MINUTE);
    await loop.stop();
    expect(samples().length).toBeGreaterThan(3_000);
    expect(Math.max(...samples().map((sample) => sample.latenessMs))).toBeLessThan(TICK);
  });
});

describe("database work in the probe's path makes false downtime", () => {
  it('goes on probing, and finds nothing down, while the journal takes no answer for minutes', async () => {
    const clock = new ManualClock(START);
    const stuck = Promise.withResolvers<never>();
    const recorder = new Recorder({
      journal: { append: () => stuck.promise },
      clock,
      vantage: 'local',
      onRecorded: () => {},
      onTrouble: () => {},
      onOverflow: () => {},
    });
    const { loop, samples, edges } = scriptedLoop({
      clock,
      checks: fleet(10),
      script: () => OK,
      onBatch: (batch) => recorder.take(batch),
    });
    loop.start();
    await clock.advance(10 * MINUTE);
    await loop.stop();
    expect(samples()).toHaveLength(100);
    expect(edges().every((edge) => edge.to === 'up')).toBe(true);
    expect(recorder.waiting).toBeGreaterThan(0);
  });
});

describe('all monitors restart at once', () => {
  it('spreads the first probes after a start over the whole interval', async () => {
    const clock = new ManualClock(START);
    const { loop, sent } = scriptedLoop({ clock, checks: fleet(600), script: () => OK });
    loop.start();
    await clock.advance(MINUTE);
    await loop.stop();
    const perSecond = Map.groupBy(sent, ({ at }) => Math.floor((at - START) / SECOND));
    expect(sent).toHaveLength(600);
    expect(Math.max(...[...perSecond.values()].map((probes) => probes.length))).toBeLessThanOrEqual(12);
  });

  it('keeps each check to its own slots over a restart', async () => {
    const clock = new ManualClock(START);
    const slots = async (): Promise<string[]> => {
      const { loop, sent } = scriptedLoop({ clock, checks: fleet(20), script: () => OK });
      loop.start();
      await clock.advance(MINUTE);
      await loop.stop();
      return sent.map(({ check, at }) => `${check} ${(at - START) % MINUTE}`).toSorted();
    };
    const before = await slots();
    await clock.advance(17_345);
    expect(await slots()).toEqual(before);
  });
});
