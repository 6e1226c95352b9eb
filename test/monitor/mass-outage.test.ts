/**
 * Half of all targets die at once: what docs/decisions/0009 promises then, on virtual time. Twenty thousand of them;
 * `MASS_TARGETS=100000` takes its minutes and shows the same.
 */
import { describe, expect, it } from 'vitest';
import { DAY, type Instant, MINUTE, type Millis, SECOND } from '../../src/domain/time/instant.ts';
import { assignPhases } from '../../src/monitor/phases.ts';
import { ProberLoop, TICK } from '../../src/monitor/prober-loop.ts';
import type { Batch, WatchedCheck } from '../../src/monitor/watched-check.ts';
import type { ProbeResult } from '../../src/probes/outcome.ts';
import { ManualClock } from '../support/manual-clock.ts';

const START = 20_513 * DAY;
/** Servers of so many sites, and as many sites again by themselves. */
const SITES = 150;
const CHECKS = 2 * SITES * Math.round(Number(process.env.MASS_TARGETS ?? 20_000) / 2 / SITES);
/** As many for each target as the default has for a hundred thousand. */
const IN_FLIGHT = 0.3 * CHECKS;
const SLOTS_PER_SECOND = CHECKS / 60;
const BURST = 5 * SLOTS_PER_SECOND;

function fleet(each = SITES): readonly WatchedCheck[] {
  const sites = Array.from({ length: CHECKS }, (_, n) => {
    const name = `server-${Math.floor(n / each)}`;
    return { id: `c${n}`, intervalMs: MINUTE, ...(n < CHECKS / 2 ? { group: name, fate: name } : {}) };
  });
  const phases = assignPhases(sites);
  return sites.map((site, n) => ({
    ...site,
    phaseMs: phases.get(site.id)!,
    policy: { maxGapMs: 3 * MINUTE, failures: 3, successes: 2 },
    request: { target: { kind: 'smtp', host: `host-${n}`, port: 25, security: 'plain' }, timeoutMs: 10 * SECOND },
    allow: [],
    recorded: { state: 'up', through: START - 1 },
  }));
}

interface Rig {
  readonly loop: ProberLoop;
  readonly clock: ManualClock;
  /** When each check was told to be down, as a batch handed over. */
  readonly found: ReadonlyMap<string, Instant>;
  readonly recovered: ReadonlyMap<string, { readonly earliest: Instant; readonly latest: Instant }>;
  readonly batches: readonly Batch[];
  /** Probes sent in each second since the start, and of which check the slots were. */
  readonly perSecond: readonly number[];
  readonly slotsOf: ReadonlyMap<string, number>;
  readonly latest: () => Batch;
  readonly lateness: number[];
}

function rig(
  deadAt: (check: WatchedCheck, at: Instant) => boolean,
  failsAfterMs: Millis,
  checks: readonly WatchedCheck[] = fleet(),
): Rig {
  const clock = new ManualClock(START);
  const found = new Map<string, Instant>();
  const recovered = new Map<string, { earliest: Instant; latest: Instant }>();
  const batches: Batch[] = [];
  const perSecond: number[] = [];
  const slotsOf = new Map<string, number>();
  const lateness: number[] = [];
  const loop = new ProberLoop({
    clock,
    checks,
    limits: { perServer: 8, inFlight: IN_FLIGHT, extra: 1 },
    probe: (check) => {
      const sentAt = clock.now();
      const second = Math.floor((sentAt - START) / SECOND);
      perSecond[second] = (perSecond[second] ?? 0) + 1;
      const sinceSlot = (sentAt - check.phaseMs) % MINUTE;
      if (sinceSlot <= TICK) slotsOf.set(check.id, (slotsOf.get(check.id) ?? 0) + 1);
      const run = { sentAt, shownAt: sentAt, phases: {}, evidence: {} };
      if (!deadAt(check, sentAt)) return Promise.resolve<ProbeResult>({ ...run, outcome: 'ok', durationMs: 0 });
      const failure: ProbeResult = { ...run, outcome: 'fail', error: 'connect_timeout', durationMs: failsAfterMs };
      if (failsAfterMs === 0) return Promise.resolve(failure);
      return new Promise((resolve) => clock.after(failsAfterMs, () => resolve(failure)));
    },
    handOver: (batch) => {
      for (const edge of batch.edges) {
        if (edge.to === 'down') found.set(edge.check, clock.now());
        if (edge.to === 'up') recovered.set(edge.check, edge);
      }
      for (const sample of batch.samples) lateness.push(sample.latenessMs);
      batches.push({ ...batch, samples: [] });
    },
  });
  loop.start();
  return { loop, clock, found, recovered, batches, perSecond, slotsOf, lateness, latest: () => batches.at(-1)! };
}

const number = (check: WatchedCheck): number => Number(check.id.slice(1));
/** Every second server, and every second of the others. */
const half = (check: WatchedCheck): boolean => halfOf(SITES)(check);
const halfOf =
  (each: number) =>
  (check: WatchedCheck): boolean =>
    (number(check) < CHECKS / 2 ? Math.floor(number(check) / each) : number(check)) % 2 === 0;

/** The most extra probes in any stretch of so many seconds. */
function mostExtras(perSecond: readonly number[], seconds: number): number {
  let most = 0;
  for (let from = 0; from + seconds <= perSecond.length; from += 1) {
    const sent = perSecond.slice(from, from + seconds).reduce((sum, count) => sum + count, 0);
    most = Math.max(most, sent - seconds * SLOTS_PER_SECOND);
  }
  return most;
}

function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? Number.NaN;
}

describe('half of all targets', () => {
  it('that refuse all at once are found within interval and confirmation, on budget, and no slot is late', async () => {
    const diesAt = START + 30 * SECOND;
    const livesAt = START + 130 * SECOND;
    const { clock, loop, found, recovered, perSecond, slotsOf, lateness, latest } = rig(
      (check, at) => at >= diesAt && at < livesAt && half(check),
      0,
    );
    await clock.advance(130 * SECOND);
    expect(found.size).toBe(fleet().filter(half).length);
    const late = [...found.values()].map((at) => at - diesAt);
    // Interval, 2 s and 5 s, the wake-up and the batch.
    expect(Math.max(...late)).toBeLessThanOrEqual(67 * SECOND + 200);
    expect(latest().waiting.server).toBe(0);

    await clock.advance(120 * SECOND);
    expect(recovered.size).toBe(found.size);
    const errors = [...recovered.values()].map(({ earliest, latest }) => Math.abs((earliest + latest) / 2 - livesAt));
    expect(quantile(errors, 0.5)).toBeLessThan(30 * SECOND);
    await loop.stop();

    for (const seconds of [1, 10, 60]) {
      expect(mostExtras(perSecond, seconds)).toBeLessThanOrEqual(seconds * SLOTS_PER_SECOND + BURST + 100);
    }
    expect([...slotsOf.values()].every((count) => count >= 4)).toBe(true);
    expect(slotsOf.size).toBe(CHECKS);
    expect(quantile(lateness, 0.99)).toBeLessThanOrEqual(TICK);
  }, 240_000);

  it('on servers of ten sites, which ask around: no later, and on the same budget', async () => {
    const diesAt = START + 30 * SECOND;
    const isDead = halfOf(10);
    const checks = fleet(10);
    const { clock, loop, found, perSecond, lateness } = rig((check, at) => at >= diesAt && isDead(check), 0, checks);
    await clock.advance(130 * SECOND);
    await loop.stop();
    expect(found.size).toBe(checks.filter(isDead).length);
    expect(Math.max(...[...found.values()].map((at) => at - diesAt))).toBeLessThanOrEqual(67 * SECOND + 200);
    for (const seconds of [1, 10, 60]) {
      expect(mostExtras(perSecond, seconds)).toBeLessThanOrEqual(seconds * SLOTS_PER_SECOND + BURST + 100);
    }
    expect(quantile(lateness, 0.99)).toBeLessThanOrEqual(TICK);
  }, 240_000);

  it('and then the other half too, are found within two intervals: the next slot takes the place of what no budget gave', async () => {
    const diesAt = START + 30 * SECOND;
    const { clock, loop, found } = rig((_check, at) => at >= diesAt, 0);
    await clock.advance(160 * SECOND);
    await loop.stop();
    expect(found.size).toBe(CHECKS);
    expect(Math.max(...[...found.values()].map((at) => at - diesAt))).toBeLessThanOrEqual(120 * SECOND + 200);
  }, 240_000);

  it('that fall silent until each deadline are found within interval and three deadlines', async () => {
    const diesAt = START + 30 * SECOND;
    const { clock, loop, found, batches, slotsOf, lateness } = rig(
      (check, at) => at >= diesAt && half(check),
      10 * SECOND,
    );
    await clock.advance(150 * SECOND);
    expect(found.size).toBe(fleet().filter(half).length);
    const late = [...found.values()].map((at) => at - diesAt);
    expect(Math.max(...late)).toBeLessThanOrEqual(90 * SECOND + 200);
    const stopped = loop.stop();
    await clock.advance(10 * SECOND);
    await stopped;
    expect(Math.max(...batches.map((batch) => batch.inFlight))).toBeLessThanOrEqual(IN_FLIGHT);
    expect(slotsOf.size).toBe(CHECKS);
    expect(quantile(lateness, 0.99)).toBeLessThanOrEqual(200);
  }, 240_000);
});
