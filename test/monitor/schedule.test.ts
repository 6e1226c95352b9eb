import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDetectorState } from '../../src/domain/detection/detector.ts';
import { DAY, MINUTE, SECOND } from '../../src/domain/time/instant.ts';
import { nextProbe, nextSlot, phaseOf } from '../../src/monitor/schedule.ts';

const interval = fc.oneof(fc.constantFrom(SECOND, MINUTE, DAY), fc.integer({ min: SECOND, max: DAY }));

describe('phaseOf', () => {
  it('spreads any number of checks evenly: no gap of three times the mean', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3_000 }), (checks) => {
        const phases = Array.from({ length: checks }, (_, n) => phaseOf(n, DAY)).sort((a, b) => a - b);
        const gaps = phases.map((phase, i) => (phases[i + 1] ?? phases[0]! + DAY) - phase);
        expect(Math.max(...gaps)).toBeLessThan((3 * DAY) / checks);
      }),
      { numRuns: 200 },
    );
  });

  it('lies inside the interval', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000_000 }), interval, (ordinal, intervalMs) => {
        const phase = phaseOf(ordinal, intervalMs);
        expect(Number.isInteger(phase) && phase >= 0 && phase < intervalMs).toBe(true);
      }),
    );
  });
});

describe('nextSlot', () => {
  it('is the first instant of the grid of the epoch that is later', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e12 }), fc.nat(DAY), interval, (after, phase, intervalMs) => {
        const phaseMs = phase % intervalMs;
        const slot = nextSlot(after, phaseMs, intervalMs);
        expect((slot - phaseMs) % intervalMs).toBe(0);
        expect(slot).toBeGreaterThan(after);
        expect(slot - intervalMs).toBeLessThanOrEqual(after);
      }),
    );
  });

  it('does not drift over ten thousand slots, however late each probe was sent', () => {
    const first = nextSlot(1_772_323_200_123, 617, 7_001);
    let slot = first;
    for (let n = 1; n <= 10_000; n += 1) {
      slot = nextSlot(slot + (n % 7_000), 617, 7_001);
      expect(slot).toBe(first + n * 7_001);
    }
  });
});

describe('nextProbe', () => {
  const state = (sketch: { confirmed: 'up' | 'down' | 'unknown'; contrary?: number }) => ({
    ...createDetectorState(),
    contrary: 0,
    ...sketch,
  });

  it.each([
    ['steady: the next slot', MINUTE, 0, state({ confirmed: 'up' }), 60_000],
    ['sent late: still the slot', MINUTE, 59_000, state({ confirmed: 'up' }), 60_000],
    ['never seen: the next slot', MINUTE, 0, state({ confirmed: 'unknown' }), 60_000],
    ['the second probe of a run after 2 s', MINUTE, 0, state({ confirmed: 'up', contrary: 1 }), 2_000],
    ['the third after 5 s', MINUTE, 2_000, state({ confirmed: 'up', contrary: 2 }), 7_000],
    ['every later one after 5 s', MINUTE, 7_000, state({ confirmed: 'up', contrary: 9 }), 12_000],
    ['a run is never probed later than the slot', MINUTE, 58_500, state({ confirmed: 'up', contrary: 1 }), 60_000],
    ['recovery is confirmed as soon', MINUTE, 0, state({ confirmed: 'down', contrary: 1 }), 2_000],
    ['down: six times as often', MINUTE, 0, state({ confirmed: 'down' }), 10_000],
    ['down: not oftener than every 5 s', 12 * SECOND, 0, state({ confirmed: 'down' }), 5_000],
    ['down at a short interval: as always', 3 * SECOND, 0, state({ confirmed: 'down' }), 3_000],
    ['down once a day: every four hours', DAY, 0, state({ confirmed: 'down' }), DAY / 6],
    ['one second: confirmed after half', SECOND, 0, state({ confirmed: 'up', contrary: 1 }), 500],
  ])('%s', (_name, intervalMs, sentAt, detector, expected) => {
    expect(nextProbe(sentAt, 0, intervalMs, detector)).toBe(expected);
  });

  it('is always later than the probe before and not later than its next slot', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 4e12 }),
        fc.nat(DAY),
        interval,
        fc.constantFrom('up' as const, 'down' as const, 'unknown' as const),
        fc.nat(120),
        (sentAt, phase, intervalMs, confirmed, contrary) => {
          const phaseMs = phase % intervalMs;
          const due = nextProbe(sentAt, phaseMs, intervalMs, state({ confirmed, contrary }));
          expect(due).toBeGreaterThan(sentAt);
          expect(due).toBeLessThanOrEqual(nextSlot(sentAt, phaseMs, intervalMs));
        },
      ),
    );
  });
});
