import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDetectorState } from '../../src/domain/detection/detector.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../src/domain/time/instant.ts';
import { downPace, extraDelay, nextSlot } from '../../src/monitor/schedule.ts';

const interval = fc.oneof(fc.constantFrom(SECOND, MINUTE, DAY), fc.integer({ min: SECOND, max: DAY }));

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

describe('extraDelay', () => {
  const state = (sketch: { confirmed: 'up' | 'down' | 'unknown'; contrary?: number }) => ({
    ...createDetectorState(),
    contrary: 0,
    ...sketch,
  });

  it.each([
    ['steady: its slots are enough', MINUTE, 0, state({ confirmed: 'up' }), undefined],
    ['never seen: its slots are enough', MINUTE, 0, state({ confirmed: 'unknown' }), undefined],
    ['the second probe of a run after 2 s', MINUTE, 0, state({ confirmed: 'up', contrary: 1 }), 2_000],
    ['the third after 5 s', MINUTE, 0, state({ confirmed: 'up', contrary: 2 }), 5_000],
    ['every later one after 5 s', MINUTE, 0, state({ confirmed: 'up', contrary: 9 }), 5_000],
    ['recovery is confirmed as soon', MINUTE, HOUR, state({ confirmed: 'down', contrary: 1 }), 2_000],
    ['one second: confirmed after half', SECOND, 0, state({ confirmed: 'up', contrary: 1 }), 500],
    ['down since now: every 5 s', MINUTE, 0, state({ confirmed: 'down' }), 5_000],
    ['down for five minutes: still', MINUTE, 5 * MINUTE, state({ confirmed: 'down' }), 5_000],
    ['down for ten: every ten seconds', MINUTE, 10 * MINUTE, state({ confirmed: 'down' }), 10_000],
    ['down for a day: as always', MINUTE, DAY, state({ confirmed: 'down' }), MINUTE],
    ['down at a short interval: as always', 3 * SECOND, 0, state({ confirmed: 'down' }), 3_000],
    ['down at a long one, since an hour: every minute', DAY, HOUR, state({ confirmed: 'down' }), MINUTE],
  ])('%s', (_name, intervalMs, downForMs, detector, expected) => {
    expect(extraDelay(detector, intervalMs, downForMs)).toBe(expected);
  });
});

describe('downPace', () => {
  it('dates the end of an outage to within 5 s or a sixtieth of its length, and never asks more than the interval', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 400 * DAY }), interval, (downForMs, intervalMs) => {
        const pace = downPace(downForMs, intervalMs);
        expect(pace).toBeLessThanOrEqual(Math.max(5 * SECOND, downForMs / 60));
        expect(pace).toBeLessThanOrEqual(intervalMs);
        expect(pace).toBeGreaterThanOrEqual(Math.min(intervalMs, 5 * SECOND));
      }),
    );
  });
});
