import { describe, expect, it } from 'vitest';
import { DAY, HOUR, type Instant, MINUTE, SECOND } from '../../src/domain/time/instant.ts';
import { ProberLoop } from '../../src/monitor/prober-loop.ts';
import type { WatchedCheck } from '../../src/monitor/watched-check.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { type Answer, scriptedLoop, watched } from './scripted-probes.ts';

const INTERVAL = 10 * SECOND;

function check(id: string, phaseMs: number): WatchedCheck {
  return {
    id,
    intervalMs: INTERVAL,
    phaseMs,
    policy: { maxGapMs: 3 * INTERVAL, failures: 3, successes: 2 },
    request: { target: { kind: 'http', url: 'http://s1.example/', status: [] }, timeoutMs: INTERVAL },
    allow: [],
  };
}

it('does not sleep for as long as the clock was set back while a slow probe was in flight', async () => {
  const clock = new ManualClock();
  const sent: number[] = [];
  const loop = new ProberLoop({
    clock,
    // The slow probe, sent at 10 s, ends at 19.5 s, just before its next slot and the loop's next look at the clock.
    checks: [check('slow', 0), check('quick', 2_300)],
    probe: async ({ id }, signal) => {
      const sentAt = clock.now();
      sent.push(sentAt);
      const durationMs = id === 'slow' ? 9_500 : 100;
      await clock.sleep(durationMs, signal).catch(() => {});
      return { outcome: 'ok', sentAt, shownAt: sentAt + durationMs, durationMs, phases: {}, evidence: {} };
    },
    handOver: () => {},
  });
  loop.start();
  await clock.advance(19_400);
  clock.stepWall(-60 * MINUTE);
  await clock.advance(5 * MINUTE);
  clock.stepWall(60 * MINUTE);
  sent.length = 0;
  await clock.advance(2 * SECOND);
  expect(sent).not.toHaveLength(0);
  await loop.stop();
});

describe('what is observed after a step', () => {
  const START: Instant = 20_513 * DAY;
  const OK: Answer = { outcome: 'ok' };
  const FAIL: Answer = { outcome: 'fail' };
  const VOID: Answer = { outcome: 'void' };

  /** Two checks of a minute. @param answer by how much real time has passed, in seconds. */
  function rig(answer: (check: string, second: number) => Answer, recorded?: Partial<WatchedCheck>) {
    const clock = new ManualClock(START);
    const began = clock.monotonicMs();
    const checks = [watched('first', recorded), watched('second', { phaseMs: 30 * SECOND, ...recorded })];
    const script = (check: string): Answer => answer(check, (clock.monotonicMs() - began) / SECOND);
    const scripted = scriptedLoop({ clock, checks, script });
    scripted.loop.start();
    const shown = () =>
      scripted.edges().map(({ check: id, to, earliest, latest }) => [id, to, earliest - START, latest - START]);
    const covered = () => scripted.batches.map(({ coverage }) => coverage[0]?.through ?? Number.NEGATIVE_INFINITY);
    return { clock, shown, covered, ...scripted };
  }

  it('back by an hour counts for nothing until that hour is over, and nothing is covered by it', async () => {
    const { clock, shown, covered, sent, loop } = rig(() => OK);
    await clock.advance(10 * MINUTE + 2 * SECOND);
    clock.stepWall(-HOUR);
    const before = { edges: shown(), through: Math.max(...covered()), sent: sent.length };
    await clock.advance(59 * MINUTE);
    expect(shown()).toEqual(before.edges);
    expect(Math.max(...covered())).toBe(before.through);
    expect(sent.length - before.sent).toBeGreaterThan(110);
    await clock.advance(5 * MINUTE);
    expect(Math.max(...covered())).toBeGreaterThan(START + 12 * MINUTE);
    expect(Math.max(...covered())).toBeLessThanOrEqual(clock.now());
    expect(shown()).toEqual(before.edges);
    await loop.stop();
  });

  it('back by an hour does not date the change of an unknown check into what is journalled already', async () => {
    // The second is seen only from after the step on; coverage of both is recorded through ten minutes by then.
    const { clock, shown, loop } = rig((check, second) => (check === 'second' && second < 600 ? VOID : OK));
    await clock.advance(10 * MINUTE + SECOND);
    clock.stepWall(-HOUR);
    await clock.advance(59 * MINUTE);
    expect(shown().filter(([id]) => id === 'second')).toEqual([]);
    await clock.advance(3 * MINUTE);
    expect(shown().filter(([id]) => id === 'second')).toEqual([['second', 'up', 630_000, 630_000]]);
    await loop.stop();
  });

  it('nor where the monitor was restarted meanwhile', async () => {
    const through = START + HOUR;
    const { clock, shown, loop } = rig(() => OK, { recorded: { state: 'unknown', through } });
    await clock.advance(HOUR);
    expect(shown()).toEqual([]);
    await clock.advance(2 * MINUTE);
    expect(shown()).toHaveLength(2);
    await loop.stop();
  });

  it('back by an hour: an outage that began in the hour that was twice begins when that is over', async () => {
    const { clock, shown, loop } = rig((_check, second) => (second >= 20 * 60 ? FAIL : OK));
    await clock.advance(10 * MINUTE);
    clock.stepWall(-HOUR);
    await clock.advance(HOUR + 2 * MINUTE);
    expect(shown().filter(([id, to]) => id === 'second' && to === 'down')).toEqual([
      ['second', 'down', 570_000, 630_000],
    ]);
    await loop.stop();
  });

  it('on by an hour is unknown from the last observation to the next, and covered in neither', async () => {
    const { clock, shown, covered, loop } = rig(() => OK);
    await clock.advance(10 * MINUTE + SECOND);
    clock.stepWall(HOUR);
    await clock.advance(2 * MINUTE);
    expect(shown().filter(([id]) => id === 'first')).toEqual([
      ['first', 'up', 60_000, 60_000],
      ['first', 'unknown', 600_000, 600_000],
      ['first', 'up', expect.any(Number), expect.any(Number)],
    ]);
    const again = shown().at(-1)?.[2] as number;
    expect(again).toBeGreaterThanOrEqual(HOUR + 10 * MINUTE);
    expect(covered().filter((through) => through > START + 601_000 && through < START + HOUR + 600_000)).toEqual([]);
    await loop.stop();
  });
});
