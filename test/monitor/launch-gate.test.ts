import { describe, expect, it } from 'vitest';
import { DAY, MINUTE, SECOND } from '../../src/domain/time/instant.ts';
import { Budget } from '../../src/monitor/budget.ts';
import { ProberLoop } from '../../src/monitor/prober-loop.ts';
import type { Batch, ProbeLimits, WatchedCheck } from '../../src/monitor/watched-check.ts';
import type { ProbeResult } from '../../src/probes/outcome.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { watched } from './scripted-probes.ts';

const START = 20_513 * DAY;

describe('Budget', () => {
  it('gives its rate in the long run, and five seconds of it at once', () => {
    const clock = new ManualClock();
    const budget = new Budget(clock, 100);
    const taken = (): number => {
      let count = 0;
      while (budget.take('confirm')) count += 1;
      return count;
    };
    expect(taken()).toBe(500);
    expect(taken()).toBe(0);
  });

  it('fills up with time, and not beyond five seconds', async () => {
    const clock = new ManualClock();
    const budget = new Budget(clock, 100);
    while (budget.take('confirm'));
    await clock.advance(SECOND);
    let count = 0;
    while (budget.take('confirm')) count += 1;
    expect(count).toBe(100);
    await clock.advance(MINUTE);
    count = 0;
    while (budget.take('confirm')) count += 1;
    expect(count).toBe(500);
  });

  it('keeps its lower half for confirmations', () => {
    const budget = new Budget(new ManualClock(), 100);
    let watch = 0;
    while (budget.take('watch')) watch += 1;
    expect(watch).toBe(250);
    expect(budget.take('confirm')).toBe(true);
  });

  it('never gives a small fleet less than twenty a second', () => {
    const budget = new Budget(new ManualClock(), 0.2);
    let count = 0;
    while (budget.take('confirm')) count += 1;
    expect(count).toBe(100);
  });
});

/** A loop whose probes end when the test says so. */
function held(checks: readonly WatchedCheck[], limits: ProbeLimits) {
  const clock = new ManualClock(START);
  const flying: { readonly check: WatchedCheck; readonly end: (outcome: 'ok' | 'fail') => void }[] = [];
  const batches: Batch[] = [];
  const loop = new ProberLoop({
    clock,
    checks,
    limits,
    probe: (check, signal) =>
      new Promise<ProbeResult>((resolve) => {
        const sentAt = clock.now();
        const run = { sentAt, shownAt: sentAt, durationMs: 0, phases: {}, evidence: {} };
        const end = (outcome: 'ok' | 'fail'): void => {
          flying.splice(flying.indexOf(one), 1);
          resolve(outcome === 'ok' ? { ...run, outcome } : { ...run, outcome, error: 'connect_refused' });
        };
        const one = { check, end };
        flying.push(one);
        signal.addEventListener('abort', () => resolve({ ...run, outcome: 'void', error: 'monitor_stopping' }));
      }),
    handOver: (batch) => batches.push(batch),
  });
  loop.start();
  return { clock, loop, flying, batches };
}

/** Checks of one server that are all due at 10 s; a deadline so short that eight at once are all that they need. */
function crowd(size: number, group: string): WatchedCheck[] {
  const request = { ...watched('').request, timeoutMs: 100 };
  return Array.from({ length: size }, (_, n) => watched(`${group}/${n}`, { group, phaseMs: 10 * SECOND, request }));
}

describe('a crowded server', () => {
  it('gets eight probes at once, each next one when one has ended, and their wait is lateness', async () => {
    const { clock, loop, flying, batches } = held(crowd(20, 'a'), { perServer: 8, inFlight: 1_000, extra: 1 });
    await clock.advance(11 * SECOND);
    expect(flying).toHaveLength(8);
    expect(batches.at(-1)?.waiting).toEqual({ budget: 0, server: 12, room: 0 });
    for (const { end } of [...flying]) end('ok');
    await clock.advance(SECOND);
    expect(flying).toHaveLength(8);
    for (const { end } of [...flying]) end('ok');
    await clock.advance(SECOND);
    expect(flying).toHaveLength(4);
    for (const { end } of [...flying]) end('ok');
    await clock.advance(SECOND);
    const late = batches.flatMap((batch) => batch.samples).map((sample) => sample.latenessMs);
    expect(late).toHaveLength(20);
    expect(Math.max(...late)).toBe(2 * SECOND);
    await loop.stop();
  });

  it('delays no other server', async () => {
    const checks = [...crowd(50, 'a'), ...crowd(5, 'b')];
    const { clock, loop, flying } = held(checks, { perServer: 8, inFlight: 1_000, extra: 1 });
    await clock.advance(11 * SECOND);
    expect(flying.filter(({ check }) => check.group === 'b')).toHaveLength(5);
    await loop.stop();
  });

  it('gets as many at once as its own checks need when it is silent', async () => {
    const silent = crowd(100, 'a').map((check) => ({
      ...check,
      request: { ...check.request, timeoutMs: 10 * SECOND },
    }));
    const { clock, loop, flying } = held(silent, { perServer: 8, inFlight: 1_000, extra: 1 });
    await clock.advance(11 * SECOND);
    expect(flying).toHaveLength(50); // three failures of 10 s each a minute, a hundred times
    await loop.stop();
  });
});

describe('room among all probes', () => {
  it('is never more than there are descriptors for, and slots that wait for it are sent in their order', async () => {
    const checks = Array.from({ length: 60 }, (_, n) => watched(`c${n}`, { group: `g${n}`, phaseMs: 10 * SECOND + n }));
    const { clock, loop, flying, batches } = held(checks, { perServer: 8, inFlight: 16, extra: 1 });
    const order: string[] = [];
    await clock.advance(11 * SECOND);
    while (flying.length > 0) {
      expect(flying.length).toBeLessThanOrEqual(16);
      order.push(flying[0]!.check.id);
      flying[0]!.end('ok');
      await clock.advance(25);
    }
    expect(order).toEqual(checks.map((check) => check.id));
    expect(Math.max(...batches.map((batch) => batch.waiting.room))).toBe(44);
    expect(batches.at(-1)?.skipped).toBe(0);
    await loop.stop();
  });
});

describe('a group that is down', () => {
  /** Groups of checks each a minute that all die; what was sent in the third minute after, and recoveries. */
  async function deadGroups(groups: number, members: number) {
    const clock = new ManualClock(START);
    const checks = Array.from({ length: groups * members }, (_, n) =>
      watched(`c${n}`, { group: `g${n % groups}`, phaseMs: Math.floor((n * MINUTE) / (groups * members)) }),
    );
    let sent: string[] = [];
    let dead = false;
    const batches: Batch[] = [];
    const loop = new ProberLoop({
      clock,
      checks,
      probe: async (check) => {
        const sentAt = clock.now();
        sent.push(check.id);
        const run = { sentAt, shownAt: sentAt, durationMs: 0, phases: {}, evidence: {} };
        return dead ? { ...run, outcome: 'fail', error: 'connect_refused' } : { ...run, outcome: 'ok' };
      },
      handOver: (batch) => batches.push(batch),
    });
    loop.start();
    await clock.advance(2 * MINUTE);
    dead = true;
    await clock.advance(2 * MINUTE);
    sent = [];
    await clock.advance(MINUTE);
    const often = [...Map.groupBy(sent, (check) => check).values()].filter((probes) => probes.length >= 8);
    const inMinute = sent.length;
    dead = false;
    const livesAt = clock.now();
    await clock.advance(MINUTE);
    const ups = batches.flatMap((batch) => batch.edges).filter((edge) => edge.to === 'up' && edge.latest >= livesAt);
    await loop.stop();
    return { inMinute, often, ups: ups.map((edge) => edge.latest - livesAt) };
  }

  it('is watched closely by each of its members while the budget has something to spare', async () => {
    const { often, ups } = await deadGroups(1, 60);
    expect(often).toHaveLength(60);
    expect(ups).toHaveLength(60);
    expect(Math.max(...ups)).toBeLessThanOrEqual(2 * 5 * SECOND);
  });

  it('is watched by eight of its members where it has not, and the first that answers wakes the others', async () => {
    const { inMinute, often, ups } = await deadGroups(2, 600);
    expect(often).toHaveLength(2 * 8);
    expect(inMinute).toBeLessThanOrEqual(2 * 1_200 + 100);
    // The last of them are waking when the minute ends.
    expect(ups.length).toBeGreaterThan(1_190);
    const soon = ups.filter((after) => after <= 10 * SECOND);
    expect(soon.length).toBeGreaterThan(200);
  });
});
