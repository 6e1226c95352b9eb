import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE, SECOND } from '../../src/domain/time/instant.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { type Answer, scriptedLoop, watched } from './scripted-probes.ts';

/** Divisible by a day, so a check of phase 0 has a slot at every multiple of its interval from here. */
const START = 20_513 * DAY;
const OK: Answer = { outcome: 'ok' };
const FAIL: Answer = { outcome: 'fail' };
const VOID: Answer = { outcome: 'void' };

/** A loop over one check of a minute that answers by the seconds since the start. */
function oneCheck(script: (second: number) => Answer, settings: Parameters<typeof watched>[1] = {}) {
  const clock = new ManualClock(START);
  const rig = scriptedLoop({
    clock,
    checks: [watched('c', settings)],
    script: (_check, sentAt) => script((sentAt - START) / SECOND),
  });
  rig.loop.start();
  const seconds = () => rig.sent.map(({ at }) => (at - START) / SECOND);
  const edges = () =>
    rig.edges().map(({ to, earliest, latest }) => [to, (earliest - START) / SECOND, (latest - START) / SECOND]);
  return { clock, ...rig, seconds, shownEdges: edges };
}

describe('a run of failures that ends before it confirms an outage', () => {
  const blipsOf = (rig: ReturnType<typeof oneCheck>) => rig.batches.flatMap((batch) => batch.blips);

  it('is one blip, however many failures it had, and no edge', async () => {
    const rig = oneCheck((second) => (second >= 120 && second < 123 ? FAIL : OK));
    await rig.clock.advance(4 * MINUTE);
    await rig.loop.stop();
    expect(blipsOf(rig)).toEqual(['c']);
    expect(rig.shownEdges()).toEqual([['up', 60, 60]]);
  });

  it('is none when a gap ends it: how it went on is unknown', async () => {
    const rig = oneCheck((second) => (second < 120 ? OK : second === 120 ? FAIL : second < 400 ? VOID : OK));
    await rig.clock.advance(8 * MINUTE);
    await rig.loop.stop();
    expect(blipsOf(rig)).toEqual([]);
  });

  it('is none when it confirms one, nor when nothing was known before it', async () => {
    const down = oneCheck((second) => (second >= 120 && second < 240 ? FAIL : OK));
    await down.clock.advance(6 * MINUTE);
    await down.loop.stop();
    expect(blipsOf(down)).toEqual([]);
    const unknown = oneCheck((second) => (second < 63 ? FAIL : OK));
    await unknown.clock.advance(3 * MINUTE);
    await unknown.loop.stop();
    expect(blipsOf(unknown)).toEqual([]);
  });
});

describe('when a check is probed', () => {
  it('at its slots and at no other time while it is steady', async () => {
    const rig = oneCheck(() => OK);
    await rig.clock.advance(5 * MINUTE);
    expect(rig.seconds()).toEqual([60, 120, 180, 240, 300]);
    await rig.loop.stop();
  });

  it('keeps the grid over ten thousand slots', async () => {
    const rig = oneCheck(() => ({ outcome: 'ok', tookMs: 137 }), { intervalMs: SECOND, phaseMs: 250 });
    await rig.clock.advance(10_000 * SECOND);
    expect(rig.sent).toHaveLength(10_000);
    expect(rig.sent.every(({ at }) => (at - START) % SECOND === 250)).toBe(true);
    await rig.loop.stop();
  });

  it('has one probe in flight at most, however slow the target', async () => {
    const rig = oneCheck(() => ({ outcome: 'ok', tookMs: 95 * SECOND }));
    await rig.clock.advance(10 * MINUTE);
    expect(rig.mostInFlight()).toBe(1);
    await rig.loop.stop();
  });

  it('is probed 2 s and 5 s after a failure, then every 5 s, and steadily again once it is up', async () => {
    const rig = oneCheck((second) => (second >= 120 && second < 150 ? FAIL : OK));
    await rig.clock.advance(4 * MINUTE);
    expect(rig.seconds()).toEqual([60, 120, 122, 127, 132, 137, 142, 147, 152, 154, 180, 240]);
    await rig.loop.stop();
  });

  it('does not confirm a failure later than the next slot', async () => {
    const rig = oneCheck((second) => (second === 60 ? { outcome: 'fail', tookMs: 59.5 * SECOND } : OK));
    await rig.clock.advance(2 * MINUTE);
    expect(rig.seconds()).toEqual([60, 119.5, 120]);
    await rig.loop.stop();
  });

  it('says how late a probe was after its slot, not after a slot that its own predecessor used up', async () => {
    const rig = oneCheck((second) => (second === 60 ? { outcome: 'fail', tookMs: 10 * SECOND } : OK));
    await rig.clock.advance(3 * MINUTE + SECOND);
    expect(rig.samples().map((sample) => sample.latenessMs)).toEqual([0, 0, 0, 0]);
    await rig.loop.stop();
  });

  it('takes a burst of ten thousand checks in the order of their slots', async () => {
    const clock = new ManualClock(START);
    const checks = Array.from({ length: 10_000 }, (_, n) => watched(`c${n}`, { phaseMs: 10 + (n % 10) * 10 }));
    const rig = scriptedLoop({ clock, checks, script: () => ({ outcome: 'ok', tookMs: 0 }) });
    rig.loop.start();
    await clock.advance(200);
    const expected = checks.toSorted((a, b) => a.phaseMs - b.phaseMs).map((check) => check.id);
    expect(rig.sent.map(({ check }) => check).join(' ')).toBe(expected.join(' '));
    await rig.loop.stop();
  });

  it('goes on at once when the clock is set back, and does not wait until it has caught up', async () => {
    const rig = oneCheck(() => OK);
    await rig.clock.advance(2 * MINUTE);
    rig.clock.stepWall(-6 * HOUR);
    await rig.clock.advance(3 * MINUTE);
    expect(rig.sent.length).toBeGreaterThanOrEqual(4);
    await rig.loop.stop();
  });
});

describe('what is found', () => {
  it('dates an outage by the last good, first bad, last bad and first good observation', async () => {
    const rig = oneCheck((second) => (second >= 120 && second < 150 ? FAIL : OK));
    await rig.clock.advance(4 * MINUTE);
    expect(rig.shownEdges()).toEqual([
      ['up', 60, 60],
      ['down', 60, 120],
      ['up', 147, 152],
    ]);
    await rig.loop.stop();
  });

  it('keeps the evidence of the first failure of the run', async () => {
    const rig = oneCheck((second) => (second >= 120 ? FAIL : OK));
    await rig.clock.advance(3 * MINUTE);
    const down = rig.edges().find((edge) => edge.to === 'down');
    expect(down?.evidence).toEqual({
      sentAt: START + 120_000,
      shownAt: START + 120_000,
      error: 'connect_refused',
      seen: `fail of ${START + 120_000}`,
    });
    await rig.loop.stop();
  });

  it('keeps that evidence when a probe of our own failing comes between', async () => {
    const rig = oneCheck((second) => (second === 122 ? VOID : second >= 120 ? FAIL : OK));
    await rig.clock.advance(3 * MINUTE);
    const down = rig.edges().find((edge) => edge.to === 'down');
    expect(down).toMatchObject({ earliest: START + 60_000, latest: START + 120_000 });
    expect(down?.evidence).toMatchObject({ sentAt: START + 120_000, error: 'connect_refused' });
    await rig.loop.stop();
  });

  it('sums up on the edge of the recovery what all failed probes of the outage showed', async () => {
    // Down from 120 on; one good probe in between is no recovery, and neither a void one nor the blip before counts.
    const rig = oneCheck((second) =>
      second === 60 || (second >= 120 && second < 200 && second !== 157) ? FAIL : second === 152 ? VOID : OK,
    );
    await rig.clock.advance(5 * MINUTE);
    const failed = rig.sent.filter(({ at }) => at >= START + 120_000 && at < START + 200_000 && at !== START + 157_000);
    const [up] = rig
      .edges()
      .filter(({ to }) => to === 'up')
      .slice(1);
    expect(up?.evidence?.failed).toEqual({
      since: START + 120_000,
      probes: failed.length,
      errors: ['connect_refused'],
      addresses: [],
      addressed: 0,
    });
    expect(rig.edges().filter(({ to }) => to === 'down')[0]?.evidence).not.toHaveProperty('failed');
    await rig.loop.stop();
  });

  it('has no such sum on an edge that no outage comes before', async () => {
    const rig = oneCheck((second) => (second < 63 ? FAIL : OK));
    await rig.clock.advance(5 * MINUTE);
    expect(rig.edges().map(({ to }) => to)).toEqual(['up']);
    expect(rig.edges()[0]?.evidence).not.toHaveProperty('failed');
    await rig.loop.stop();
  });

  it('takes a failure that is not confirmed for a blip', async () => {
    const rig = oneCheck((second) => (second === 120 || second === 122 ? FAIL : OK));
    await rig.clock.advance(5 * MINUTE);
    expect(rig.shownEdges()).toEqual([['up', 60, 60]]);
    await rig.loop.stop();
  });

  it('lets void change nothing but what time does', async () => {
    const rig = oneCheck((second) => (second > 60 ? VOID : OK));
    await rig.clock.advance(4 * MINUTE);
    expect(rig.shownEdges()).toEqual([['up', 60, 60]]);
    await rig.clock.advance(2 * SECOND);
    expect(rig.shownEdges()).toEqual([
      ['up', 60, 60],
      ['unknown', 60, 60],
    ]);
    await rig.loop.stop();
  });

  it('waits with unknown for a probe in flight that may yet close the gap', async () => {
    const rig = oneCheck((second) =>
      second > 60 && second < 240 ? VOID : { outcome: 'ok', tookMs: second === 240 ? 50 * SECOND : 0 },
    );
    await rig.clock.advance(6 * MINUTE);
    expect(rig.shownEdges()).toEqual([['up', 60, 60]]);
    await rig.loop.stop();
  });

  it('ignores an observation from before the newest one, as a clock that was set back makes them', async () => {
    const rig = oneCheck((second) => (second < 120 ? OK : FAIL));
    await rig.clock.advance(90 * SECOND);
    rig.clock.stepWall(-2 * SECOND);
    await rig.clock.advance(3 * MINUTE);
    const instants = rig.edges().flatMap((edge) => [edge.earliest, edge.latest]);
    expect(instants).toEqual(instants.toSorted((a, b) => a - b));
    await rig.loop.stop();
  });

  it('goes on from what was recorded', async () => {
    const rig = oneCheck(() => FAIL, { recorded: { state: 'up', through: START - 30_000 } });
    await rig.clock.advance(2 * MINUTE);
    expect(rig.shownEdges()).toEqual([['down', -30, 60]]);
    await rig.loop.stop();
  });

  it('closes at once what was recorded longer ago than a gap may be', async () => {
    const rig = oneCheck(() => OK, { recorded: { state: 'up', through: START - 181_000 } });
    await rig.clock.advance(2 * MINUTE);
    expect(rig.shownEdges()).toEqual([
      ['unknown', -181, -181],
      ['up', 60, 60],
    ]);
    await rig.loop.stop();
  });
});

describe('what is covered', () => {
  const covered = (rig: ReturnType<typeof scriptedLoop>) => rig.batches.at(-1)?.coverage;

  it('is nothing until something is confirmed, and then the oldest confirming observation', async () => {
    const clock = new ManualClock(START);
    const checks = [watched('a'), watched('b', { phaseMs: 30 * SECOND })];
    const rig = scriptedLoop({ clock, checks, script: () => OK });
    rig.loop.start();
    await clock.advance(10 * SECOND);
    expect(covered(rig)).toEqual([{ intervalMs: MINUTE, through: null }]);
    await clock.advance(MINUTE);
    expect(covered(rig)).toEqual([{ intervalMs: MINUTE, through: START + 30_000 }]);
    await rig.loop.stop();
  });

  it('stays at the last good observation while failures are being confirmed', async () => {
    const rig = oneCheck((second) => (second >= 120 ? FAIL : OK));
    await rig.clock.advance(126 * SECOND);
    expect(covered(rig)).toEqual([{ intervalMs: MINUTE, through: START + 60_000 }]);
    await rig.clock.advance(2 * SECOND);
    expect(covered(rig)).toEqual([{ intervalMs: MINUTE, through: START + 127_000 }]);
    await rig.loop.stop();
  });

  it('does not run ahead of a probe in flight that may make an unknown check known', async () => {
    const clock = new ManualClock(START);
    // `slow` answers ten seconds late: what it is found to be from 6 s on must not be covered beyond 6 s.
    const checks = [
      watched('fast', { intervalMs: SECOND, policy: { maxGapMs: MINUTE, failures: 3, successes: 2 } }),
      watched('slow', {
        intervalMs: SECOND,
        phaseMs: 500,
        policy: { maxGapMs: MINUTE, failures: 1, successes: 2 },
      }),
    ];
    const rig = scriptedLoop({
      clock,
      checks,
      script: (check) => (check === 'fast' ? OK : { outcome: 'fail', tookMs: 10 * SECOND }),
    });
    rig.loop.start();
    await clock.advance(15 * SECOND);
    const found = rig.batches.findIndex((batch) => batch.edges.some((edge) => edge.check === 'slow'));
    const before = rig.batches.slice(0, found).map((batch) => batch.coverage[0]?.through ?? 0);
    expect(Math.max(...before)).toBeLessThanOrEqual(rig.edges().find((edge) => edge.check === 'slow')!.latest);
    await rig.loop.stop();
  });
});

describe('stop', () => {
  it('ends the probes in flight without evidence, hands over the rest and leaves no timer', async () => {
    const rig = oneCheck((second) => (second > 60 ? { outcome: 'ok', tookMs: 5 * SECOND } : OK));
    await rig.clock.advance(121 * SECOND);
    const batches = rig.batches.length;
    await rig.loop.stop();
    expect(rig.batches.length).toBe(batches + 1);
    expect(rig.samples()).toHaveLength(1);
    expect(rig.batches.at(-1)?.inFlight).toBe(0);
    expect(rig.clock.pending).toBe(0);
  });

  it('leaves no timer although the last look finds that a gap has opened', async () => {
    const rig = oneCheck((second) => (second > 60 ? { outcome: 'ok', tookMs: 20 * MINUTE } : OK), {
      policy: { maxGapMs: 62 * SECOND, failures: 3, successes: 2 },
    });
    await rig.clock.advance(125 * SECOND);
    await rig.loop.stop();
    expect(rig.shownEdges()).toEqual([
      ['up', 60, 60],
      ['unknown', 60, 60],
    ]);
    expect(rig.clock.pending).toBe(0);
  });
});

describe('a group that shares a fate', () => {
  const PITCH = SECOND / 2;
  const FALL = START + 3 * MINUTE + 10_250;

  function group(fate: (n: number) => string | undefined) {
    const clock = new ManualClock(START);
    const checks = Array.from({ length: 120 }, (_, n) => {
      const name = fate(n);
      return watched(`c${n}`, { phaseMs: n * PITCH, ...(name === undefined ? {} : { fate: name }) });
    });
    const script = (_check: string, sentAt: number): Answer => (sentAt >= FALL ? FAIL : OK);
    return { clock, ...scriptedLoop({ clock, checks, script }) };
  }

  it('dates each outage by all of its checks, and keeps what each saw by itself as evidence', async () => {
    const rig = group(() => 'srv/smtp');
    rig.loop.start();
    await rig.clock.advance(6 * MINUTE);
    await rig.loop.stop();
    const falls = rig.edges().filter((edge) => edge.to === 'down');
    expect(falls).toHaveLength(120);
    expect(falls.every(({ earliest, latest }) => earliest <= FALL && FALL <= latest)).toBe(true);
    expect(falls.every(({ earliest, latest }) => latest - earliest <= 5_500)).toBe(true);
    const late = falls.find(({ check }) => check === 'c10');
    expect(late).toMatchObject({
      earliest: START + 3 * MINUTE + 8_000,
      latest: START + 3 * MINUTE + 12_500,
      evidence: {
        error: 'connect_refused',
        sharedFate: {
          rule: 'shared-fate-2',
          own: { earliest: START + 3 * MINUTE + 5_000, latest: START + 4 * MINUTE + 5_000 },
        },
      },
    });
  });

  it('leaves out whoever is not to be dated so', async () => {
    const rig = group((n) => (n === 10 ? undefined : 'srv/smtp'));
    rig.loop.start();
    await rig.clock.advance(6 * MINUTE);
    await rig.loop.stop();
    const fall = rig.edges().find(({ check, to }) => check === 'c10' && to === 'down');
    expect(fall).toMatchObject({ earliest: START + 3 * MINUTE + 5_000, latest: START + 4 * MINUTE + 5_000 });
    expect(fall?.evidence).not.toHaveProperty('sharedFate');
  });
});

describe('a small group', () => {
  const FALL = START + 3 * MINUTE + 12_000;

  /** Twelve checks, 5 s apart: c3, probed at 15 s, is the first to fail. */
  function twelve(isDown: (check: string, sentAt: number) => boolean) {
    const clock = new ManualClock(START);
    const checks = Array.from({ length: 12 }, (_, n) =>
      watched(`c${n}`, { phaseMs: n * 5 * SECOND, group: 'srv', fate: 'srv/smtp' }),
    );
    const script = (check: string, sentAt: number): Answer => (isDown(check, sentAt) ? FAIL : OK);
    const rig = scriptedLoop({ clock, checks, script });
    const since = (from: number, to: number) => rig.sent.filter(({ at }) => at >= from && at < to);
    return { clock, since, ...rig };
  }

  it('is asked when the first has failed twice: all are dated by all, and most are found at once', async () => {
    const rig = twelve((_check, sentAt) => sentAt >= FALL);
    rig.loop.start();
    await rig.clock.advance(3 * MINUTE + 25_000);
    const falls = rig.edges().filter(({ to }) => to === 'down');
    expect(falls.length).toBeGreaterThanOrEqual(8);
    await rig.clock.advance(2 * MINUTE);
    await rig.loop.stop();
    const all = rig.edges().filter(({ to }) => to === 'down');
    expect(all).toHaveLength(12);
    expect(all.every(({ earliest, latest }) => earliest <= FALL && FALL <= latest)).toBe(true);
    const first = all.find(({ check }) => check === 'c3');
    expect(first).toMatchObject({ earliest: START + 170_000, latest: START + 195_000 });
    expect(first?.evidence?.sharedFate).toMatchObject({ own: { earliest: START + 135_000, latest: START + 195_000 } });
    expect(Math.max(...all.map(({ earliest, latest }) => latest - earliest))).toBeLessThan(MINUTE - SECOND);
  });

  it('is asked once by one of it that falls alone: seven probes, and none when that is down', async () => {
    const rig = twelve((check, sentAt) => check === 'c3' && sentAt >= FALL);
    rig.loop.start();
    await rig.clock.advance(10 * MINUTE);
    await rig.loop.stop();
    const others = rig.since(START + MINUTE, START + 10 * MINUTE).filter(({ check }) => check !== 'c3');
    expect(others).toHaveLength(9 * 11 + 7);
    expect(rig.edges().filter(({ to }) => to !== 'up')).toHaveLength(1);
  });

  it('is asked at most once an interval by one that flaps', async () => {
    const rig = twelve((check, sentAt) => check === 'c3' && sentAt % (10 * SECOND) >= 3 * SECOND);
    rig.loop.start();
    await rig.clock.advance(11 * MINUTE);
    await rig.loop.stop();
    const others = rig.since(START + MINUTE, START + 11 * MINUTE).filter(({ check }) => check !== 'c3');
    expect(others.length).toBeLessThanOrEqual(10 * 11 + 10 * 7);
  });

  it('that was down for an hour is found up at once when its first is, those watched closely too', async () => {
    const RISE = FALL + 70 * MINUTE;
    const rig = twelve((_check, sentAt) => sentAt >= FALL && sentAt < RISE);
    rig.loop.start();
    await rig.clock.advance(80 * MINUTE);
    await rig.loop.stop();
    const rises = rig.edges().filter(({ to, earliest, latest }) => to === 'up' && earliest < latest);
    expect(rises).toHaveLength(12);
    expect(rises.every(({ earliest, latest }) => earliest <= RISE && RISE <= latest)).toBe(true);
    expect(Math.max(...rises.map(({ latest }) => latest))).toBeLessThanOrEqual(RISE + 6 * SECOND);
  });
});
