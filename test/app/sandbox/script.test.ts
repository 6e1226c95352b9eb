import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { playScript, stepAt } from '../../../src/app/sandbox/script.ts';
import type { SandboxStep } from '../../../src/config/sandbox-schema.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const UP_DOWN_ERROR: readonly SandboxStep[] = [
  { behaviour: 'up', durationMs: 100 },
  { behaviour: 'down', durationMs: 30 },
  { behaviour: 'error', durationMs: 20 },
];

function play(script: readonly SandboxStep[]): { clock: ManualClock; seen: string[]; cancel: () => void } {
  const clock = new ManualClock();
  const seen: string[] = [];
  const cancel = playScript(script, clock, (behaviour) => seen.push(`${behaviour}@${clock.monotonicMs()}`));
  return { clock, seen, cancel };
}

describe('stepAt', () => {
  it.each([
    [0, 'up', 100],
    [99.5, 'up', 1],
    [100, 'down', 30],
    [129, 'down', 1],
    [130, 'error', 20],
    [149, 'error', 1],
    [150, 'up', 100],
    [1_500_000_000 + 135, 'error', 15],
  ] as const)('at %d ms: %s, for %d ms more', (elapsedMs, behaviour, remainingMs) => {
    expect(stepAt(UP_DOWN_ERROR, elapsedMs)).toEqual({ behaviour, remainingMs });
  });

  it('agrees with a script written out round after round', () => {
    const step = fc.record({
      behaviour: fc.constantFrom('up', 'down', 'error', 'silent' as const),
      durationMs: fc.integer({ min: 1, max: 9 }),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 5 }), fc.nat(200), (script, elapsedMs) => {
        const written: string[] = [];
        while (written.length <= elapsedMs) {
          for (const { behaviour, durationMs } of script) written.push(...Array(durationMs).fill(behaviour));
        }
        expect(stepAt(script, elapsedMs).behaviour).toBe(written[elapsedMs]);
      }),
    );
  });

  it.each([
    ['no step', [], 'found no step, expected at least one'],
    ['a step that lasts no time', [{ behaviour: 'up', durationMs: 0 }], 'found a duration of 0 ms'],
    ['a duration that is no number', [{ behaviour: 'up', durationMs: Number.NaN }], 'found a duration of NaN ms'],
  ] as const)('refuses %s', (_, script, message) => {
    expect(() => stepAt(script, 0)).toThrow(message);
  });
});

describe('playScript', () => {
  it('says the first behaviour at once and each change at its instant, for ever', async () => {
    const { clock, seen } = play(UP_DOWN_ERROR);
    expect(seen).toEqual(['up@0']);
    await clock.advance(285);
    expect(seen).toEqual(['up@0', 'down@100', 'error@130', 'up@150', 'down@250', 'error@280']);
  });

  it('says nothing where two neighbouring steps behave alike', async () => {
    const { clock, seen } = play([{ behaviour: 'up', durationMs: 10 }]);
    await clock.advance(100);
    expect(seen).toEqual(['up@0']);
  });

  it('holds a step that is longer than a timer of the platform can wait', async () => {
    const days60 = 60 * 86_400_000;
    const { clock, seen } = play([
      { behaviour: 'up', durationMs: days60 },
      { behaviour: 'down', durationMs: days60 },
    ]);
    await clock.advance(days60 - 1);
    expect(seen).toEqual(['up@0']);
    await clock.advance(1);
    expect(seen).toEqual(['up@0', `down@${days60}`]);
  });

  it('holds no timer and says nothing more once cancelled', async () => {
    const { clock, seen, cancel } = play(UP_DOWN_ERROR);
    await clock.advance(120);
    cancel();
    expect(clock.pending).toBe(0);
    await clock.advance(1_000);
    expect(seen).toEqual(['up@0', 'down@100']);
  });
});
