/** A monitor whose own cable is pulled does not take its blindness for outages. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY, type Instant, MINUTE, type Millis, SECOND } from '../../src/domain/time/instant.ts';
import { Canaries, vouchedProbe } from '../../src/monitor/canaries.ts';
import type { ProbeResult } from '../../src/probes/outcome.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { type Answer, scriptedLoop, watched } from './scripted-probes.ts';

const START = 20_513 * DAY;
const CANARY_TIMEOUT = 3 * SECOND;

interface Span {
  readonly start: Millis;
  readonly end: Millis;
}

const isIn = (spans: readonly Span[], at: Instant): boolean =>
  spans.some(({ start, end }) => START + start <= at && at < START + end);

/** Checks of a minute, two canaries of which one must answer, and when what is away. */
function rig(options: {
  readonly checks: number;
  readonly maxGapMs?: Millis;
  readonly blind?: readonly Span[];
  readonly down?: Readonly<Record<string, readonly Span[]>>;
  readonly canaryDown?: readonly (readonly Span[])[];
  readonly failsAfterMs?: Millis;
  /** Without canaries. */
  readonly isAlone?: boolean;
}) {
  const { blind = [], down = {}, canaryDown = [[], []], failsAfterMs = 5 } = options;
  const clock = new ManualClock(START);
  const sights: [second: number, isBlind: boolean][] = [];
  const rounds: number[] = [];
  const canaries = new Canaries({
    clock,
    canaries: canaryDown.map(() => ({
      request: {
        target: { kind: 'smtp', host: 'canary.example', port: 25, security: 'plain' },
        timeoutMs: CANARY_TIMEOUT,
      },
      allow: [],
    })),
    need: 1,
    intervalMs: MINUTE,
    probe: (() => {
      let asked = 0;
      return async (): Promise<ProbeResult> => {
        const which = asked++ % canaryDown.length;
        const sentAt = clock.now();
        if (which === 0) rounds.push((sentAt - START) / SECOND);
        const run = { sentAt, shownAt: sentAt + 20, phases: {}, evidence: {} };
        await clock.sleep(20);
        if (!isIn([...blind, ...(canaryDown[which] ?? [])], clock.now()))
          return { ...run, outcome: 'ok', durationMs: 20 };
        await clock.sleep(CANARY_TIMEOUT - 20);
        return { ...run, outcome: 'fail', error: 'connect_timeout', durationMs: CANARY_TIMEOUT };
      };
    })(),
    onSight: (isBlind) => sights.push([(clock.now() - START) / SECOND, isBlind]),
  });
  const checks = Array.from({ length: options.checks }, (_, n) =>
    watched(`c${n}`, {
      phaseMs: Math.floor((n * MINUTE) / options.checks) + 7 * SECOND,
      policy: { maxGapMs: options.maxGapMs ?? 3 * MINUTE, failures: 3, successes: 2 },
    }),
  );
  const script = (check: string, sentAt: Instant): Answer =>
    isIn(blind, sentAt) || isIn(down[check] ?? [], sentAt)
      ? { outcome: 'fail', tookMs: failsAfterMs }
      : { outcome: 'ok', tookMs: 10 };
  const scripted = scriptedLoop({
    clock,
    checks,
    script,
    wrap: (probe) => (options.isAlone ? probe : vouchedProbe(probe, canaries, clock)),
  });
  canaries.start();
  scripted.loop.start();
  const stop = async (): Promise<void> => {
    canaries.stop();
    await scripted.loop.stop();
  };
  return { clock, ...scripted, stop, sights, rounds };
}

const CABLE = { start: 5 * MINUTE, end: 8 * MINUTE };

describe('the cable of the monitor is pulled for three minutes', () => {
  it.each([5, 10 * SECOND])(
    'and nothing is down; no edge is found within the gap allowed (failures known after %i ms)',
    async (failsAfterMs) => {
      const run = rig({ checks: 30, blind: [CABLE], maxGapMs: 6 * MINUTE, failsAfterMs });
      await run.clock.advance(15 * MINUTE);
      await run.stop();
      expect(run.edges().filter(({ to }) => to !== 'up')).toEqual([]);
      expect(run.edges()).toHaveLength(30);
      const during = run.samples().filter(({ sentAt }) => isIn([CABLE], sentAt));
      expect(new Set(during.map(({ error }) => error))).toEqual(new Set(['monitor_blind']));
      expect(run.sights.map(([, isBlind]) => isBlind)).toEqual([true, false]);
    },
  );

  it('and the time is unknown where the gap is longer than allowed', async () => {
    const run = rig({ checks: 30, blind: [CABLE], maxGapMs: 2 * MINUTE });
    await run.clock.advance(15 * MINUTE);
    await run.stop();
    expect(new Set(run.edges().map(({ to }) => to))).toEqual(new Set(['up', 'unknown']));
    const unknown = run.edges().filter(({ to }) => to === 'unknown');
    expect(unknown).toHaveLength(30);
    expect(unknown.every(({ latest }) => latest > START + 4 * MINUTE && latest <= START + CABLE.start)).toBe(true);
  });

  it('and a blip of its own is none of a target', async () => {
    const run = rig({ checks: 30, blind: [{ start: 5 * MINUTE, end: 5 * MINUTE + 4 * SECOND }] });
    await run.clock.advance(10 * MINUTE);
    await run.stop();
    expect(run.batches.flatMap(({ blips }) => blips)).toEqual([]);
  });
});

describe('a target that is down', () => {
  it('while the monitor sees is found as without canaries', async () => {
    const edgesSeen = async (isAlone: boolean) => {
      const run = rig({ checks: 2, isAlone, down: { c0: [{ start: 5 * MINUTE, end: 6 * MINUTE + 30 * SECOND }] } });
      await run.clock.advance(9 * MINUTE);
      await run.stop();
      return run.edges();
    };
    const [alone, vouched] = [await edgesSeen(true), await edgesSeen(false)];
    expect(alone.map(({ to }) => to)).toEqual(['up', 'up', 'down', 'up']);
    expect(vouched).toEqual(alone);
  });

  it('from within blindness on begins with the first failure that was seen, bounds reaching back to what was good', async () => {
    const run = rig({
      checks: 1,
      blind: [CABLE],
      maxGapMs: 10 * MINUTE,
      down: { c0: [{ start: 7 * MINUTE, end: 11 * MINUTE }] },
    });
    await run.clock.advance(14 * MINUTE);
    await run.stop();
    const down = run.edges().find(({ to }) => to === 'down');
    expect(down?.earliest).toBe(START + 4 * MINUTE + 7 * SECOND);
    expect(down?.latest).toBeGreaterThanOrEqual(START + CABLE.end);
    expect(down?.latest).toBeLessThan(START + CABLE.end + MINUTE + 10 * SECOND);
  });

  it('before blindness and up within it is not held down by what the blind saw', async () => {
    const run = rig({
      checks: 1,
      blind: [CABLE],
      maxGapMs: 10 * MINUTE,
      down: { c0: [{ start: 2 * MINUTE, end: 5 * MINUTE + SECOND }] },
    });
    await run.clock.advance(12 * MINUTE);
    await run.stop();
    const up = run.edges().findLast(({ to }) => to === 'up');
    expect(up?.earliest).toBeLessThanOrEqual(START + 5 * MINUTE + SECOND);
    expect(up?.latest).toBeGreaterThanOrEqual(START + CABLE.end);
  });
});

describe('canaries', () => {
  it('are asked once an interval while all is well', async () => {
    const run = rig({ checks: 30 });
    await run.clock.advance(10 * MINUTE - SECOND);
    await run.stop();
    expect(run.rounds).toEqual([0, 60, 120, 180, 240, 300, 360, 420, 480, 540]);
  });

  it('are asked at most once a second while hundreds fail', async () => {
    const down = Object.fromEntries(
      Array.from({ length: 300 }, (_, n) => [`c${n}`, [{ start: 2 * MINUTE, end: 4 * MINUTE }]]),
    );
    const run = rig({ checks: 300, down });
    await run.clock.advance(5 * MINUTE);
    await run.stop();
    const gaps = run.rounds.slice(1).map((at, n) => at - (run.rounds[n] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1);
    expect(run.edges().filter(({ to }) => to === 'down')).toHaveLength(300);
  });

  it('may fail themselves, as long as enough of them answer', async () => {
    const run = rig({
      checks: 3,
      canaryDown: [[{ start: 0, end: DAY }], []],
      down: { c0: [{ start: 2 * MINUTE, end: DAY }] },
    });
    await run.clock.advance(5 * MINUTE);
    await run.stop();
    expect(run.sights).toEqual([]);
    expect(run.edges().filter(({ to }) => to === 'down')).toHaveLength(1);
  });

  it('that never answered leave everything unknown', async () => {
    const run = rig({ checks: 3, canaryDown: [[{ start: 0, end: DAY }]] });
    await run.clock.advance(5 * MINUTE);
    await run.stop();
    expect(run.edges()).toEqual([]);
    expect(run.sights).toEqual([[3, true]]);
  });

  it('leave no timer behind, nor a failure that is held', async () => {
    const run = rig({ checks: 5, blind: [{ start: MINUTE, end: DAY }] });
    await run.clock.advance(MINUTE + 8 * SECOND);
    await run.stop();
    await run.clock.advance(20 * SECOND);
    expect(run.clock.pending).toBe(0);
  });
});

describe('a failure', () => {
  /** One canary whose rounds take half a second and answer as told, in turn. */
  function oneCanary(...answers: readonly ('ok' | 'fail')[]) {
    const clock = new ManualClock(START);
    let asked = 0;
    const canaries = new Canaries({
      clock,
      canaries: [{ request: watched('canary').request, allow: [] }],
      need: 1,
      intervalMs: MINUTE,
      probe: async () => {
        const answer = answers[asked++] ?? 'ok';
        const sentAt = clock.now();
        const run = { sentAt, shownAt: sentAt + 500, durationMs: 500, phases: {}, evidence: {} };
        await clock.sleep(500);
        return answer === 'ok' ? { ...run, outcome: answer } : { ...run, outcome: answer, error: 'connect_timeout' };
      },
      onSight: () => {},
    });
    canaries.start();
    return { clock, canaries };
  }

  it('is not vouched for by a round that began before it was known', async () => {
    const { clock, canaries } = oneCanary('ok', 'fail');
    await clock.advance(100);
    const verdict = canaries.vouch(50);
    await clock.advance(2 * SECOND);
    expect(await verdict).toBe(false);
    canaries.stop();
  });

  it('whose probe was sent while the monitor was blind is no evidence, although it sees by now', async () => {
    const { clock, canaries } = oneCanary('ok', 'fail', 'ok', 'ok', 'ok');
    await clock.advance(70 * SECOND);
    expect(canaries.isBlind).toBe(false);
    const [whileBlind, since] = [canaries.vouch(62 * SECOND), canaries.vouch(69 * SECOND)];
    await clock.advance(5 * SECOND);
    expect(await Promise.all([whileBlind, since])).toEqual([false, true]);
    canaries.stop();
  });
});

/** What is away is so for longer than it takes to notice, and a target does not change within seconds of sight returning. */
const away = (least: number): fc.Arbitrary<readonly Span[]> =>
  fc
    .array(fc.record({ pause: fc.integer({ min: 20, max: 400 }), length: fc.integer({ min: least, max: 400 }) }), {
      maxLength: 4,
    })
    .map((sketch) => {
      let at = 0;
      return sketch.map(({ pause, length }) => {
        const start = at + pause * SECOND;
        at = start + length * SECOND;
        return { start, end: at };
      });
    });

it('the truth lies inside the bounds of every edge, whatever is down while the monitor is blind', async () => {
  await fc.assert(
    fc.asyncProperty(
      away(3),
      fc.array(away(20), { minLength: 1, maxLength: 4 }),
      fc.constantFrom(2, 2_500, 10_000),
      async (blind, downs, failsAfterMs) => {
        // Nobody can tell a failure of the last second of blindness from one after it.
        const isClear = (at: Millis): boolean => blind.every(({ end }) => Math.abs(at - end) > 25 * SECOND);
        const apart = downs.map((spans) => spans.filter(({ start, end }) => isClear(start) && isClear(end)));
        const down = Object.fromEntries(apart.map((spans, n) => [`c${n}`, spans]));
        const run = rig({ checks: apart.length, blind, down, failsAfterMs, maxGapMs: 20 * MINUTE });
        await run.clock.advance(35 * MINUTE);
        await run.stop();
        for (const { check, to, earliest, latest } of run.edges()) {
          if (earliest === latest) continue;
          const turns = (down[check] ?? []).map(({ start, end }) => START + (to === 'down' ? start : end));
          expect(
            turns.some((at) => earliest <= at && at <= latest),
            `${check} ${to} ${earliest - START} ${latest - START}`,
          ).toBe(true);
        }
      },
    ),
    { numRuns: 60 },
  );
});
