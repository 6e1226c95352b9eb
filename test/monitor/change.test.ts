/** A reload as the prober loop sees it: other settings while probes are in flight and outages are under way. */
import { describe, expect, it } from 'vitest';
import { DAY, MINUTE, SECOND } from '../../src/domain/time/instant.ts';
import { assignPhases } from '../../src/monitor/phases.ts';
import { TICK } from '../../src/monitor/prober-loop.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { type Answer, type Script, scriptedLoop, watched } from './scripted-probes.ts';

const START = 20_513 * DAY;
const OK: Answer = { outcome: 'ok' };
const FAIL: Answer = { outcome: 'fail' };

function started(checks: Parameters<typeof scriptedLoop>[0]['checks'], script: Script) {
  const clock = new ManualClock(START);
  const rig = scriptedLoop({ clock, checks, script });
  rig.loop.start();
  const shown = () =>
    rig
      .edges()
      .map(({ check, to, earliest, latest }) => [check, to, (earliest - START) / SECOND, (latest - START) / SECOND]);
  return { ...rig, clock, shown };
}

describe('a change of settings', () => {
  it('keeps every phase of ten thousand checks, and skips no slot of any', async () => {
    const ids = Array.from({ length: 10_000 }, (_, n) => `c${n}`);
    const phases = assignPhases(ids.map((id) => ({ id, intervalMs: MINUTE })));
    const checks = ids.map((id) => watched(id, { phaseMs: phases.get(id)! }));
    const rig = started(checks, () => OK);
    for (const at of [20_013, 17_001, 40_000]) {
      await rig.clock.advance(at);
      const one = checks[at % checks.length]!;
      rig.loop.change({ removed: [], set: [{ ...one, policy: { ...one.policy, failures: 5 } }] });
    }
    await rig.clock.advance(2 * MINUTE - 77_014 + MINUTE);
    await rig.loop.stop();
    const slots = Map.groupBy(rig.sent, ({ check }) => check);
    expect(slots.size).toBe(10_000);
    for (const sent of slots.values()) {
      expect(sent.length).toBeGreaterThanOrEqual(2);
      for (const [i, { at }] of sent.entries())
        if (i > 0) expect(Math.abs(at - sent[i - 1]!.at - MINUTE)).toBeLessThanOrEqual(TICK);
    }
    expect(rig.sent.every(({ check, at }) => (at - START - phases.get(check)!) % MINUTE <= TICK)).toBe(true);
  });

  it('leaves an outage that is under way one outage, and judges what comes by the new policy', async () => {
    const rig = started([watched('c')], (_check, sentAt) =>
      sentAt - START >= 2 * MINUTE && sentAt - START < 200_000 ? FAIL : OK,
    );
    await rig.clock.advance(150 * SECOND);
    rig.loop.change({
      removed: [],
      set: [watched('c', { policy: { maxGapMs: 3 * MINUTE, failures: 3, successes: 1 } })],
    });
    await rig.clock.advance(2 * MINUTE);
    await rig.loop.stop();
    expect(rig.shown()).toEqual([
      ['c', 'up', 60, 60],
      ['c', 'down', 60, 120],
      ['c', 'up', 195, 200],
    ]);
  });

  it('keeps a run of failures that is being confirmed', async () => {
    const rig = started([watched('c')], (_check, sentAt) => (sentAt - START >= 2 * MINUTE ? FAIL : OK));
    await rig.clock.advance(123 * SECOND);
    rig.loop.change({ removed: [], set: [watched('c', { group: 'g' })] });
    await rig.clock.advance(5 * SECOND);
    expect(rig.shown().at(-1)).toEqual(['c', 'down', 60, 120]);
    await rig.loop.stop();
  });

  it('keeps the probe in flight, and has no second one beside it', async () => {
    const rig = started([watched('c')], () => ({ outcome: 'ok', tookMs: 9 * SECOND }));
    await rig.clock.advance(65 * SECOND);
    rig.loop.change({ removed: [], set: [watched('c', { phaseMs: 5_500 })] });
    await rig.clock.advance(8 * SECOND);
    expect(rig.mostInFlight()).toBe(1);
    expect(rig.samples().map(({ sentAt }) => sentAt - START)).toEqual([MINUTE]);
    await rig.loop.stop();
  });

  it('ends a check that is removed where it was last observed, before coverage goes on without it', async () => {
    const rig = started([watched('a'), watched('b', { phaseMs: 10_000 })], () => OK);
    await rig.clock.advance(75 * SECOND);
    rig.loop.change({ removed: ['a'], set: [] });
    expect(rig.shown().at(-1)).toEqual(['a', 'unknown', 60, 60]);
    expect(rig.batches.at(-1)?.edges).toHaveLength(1);
    expect(rig.batches.at(-1)?.coverage).toEqual([{ intervalMs: MINUTE, through: START + 70_000 }]);
    await rig.clock.advance(2 * MINUTE);
    expect(rig.sent.filter(({ check }) => check === 'a')).toHaveLength(1);
    await rig.loop.stop();
  });

  it('takes no account of what the probe in flight of a removed check shows', async () => {
    const rig = started([watched('a')], () => ({ outcome: 'ok', tookMs: 9 * SECOND }));
    await rig.clock.advance(65 * SECOND);
    rig.loop.change({ removed: ['a'], set: [] });
    await rig.clock.advance(20 * SECOND);
    expect(rig.samples()).toEqual([]);
    expect(rig.shown()).toEqual([]);
    await rig.loop.stop();
  });

  it('lets a check of another interval leave its group of coverage and begin anew in the other', async () => {
    const rig = started([watched('c'), watched('d')], () => OK);
    await rig.clock.advance(75 * SECOND);
    rig.loop.change({ removed: [], set: [watched('c', { intervalMs: 10 * SECOND })] });
    expect(rig.shown().at(-1)).toEqual(['c', 'unknown', 60, 60]);
    await rig.clock.advance(10 * SECOND);
    await rig.loop.stop();
    expect(rig.shown().at(-1)).toEqual(['c', 'up', 80, 80]);
  });

  it('begins to watch a new check at its next slot', async () => {
    const rig = started([watched('c')], () => OK);
    await rig.clock.advance(75 * SECOND);
    rig.loop.change({ removed: [], set: [watched('new', { phaseMs: 20_000 })] });
    await rig.clock.advance(10 * SECOND);
    await rig.loop.stop();
    expect(rig.shown().at(-1)).toEqual(['new', 'up', 80, 80]);
  });
});
