import { expect, it } from 'vitest';
import { startClockRounds } from '../../src/app/clock-rounds.ts';
import type { ClockSteppedFact } from '../../src/domain/facts/fact.ts';
import { HOUR, type Instant, MINUTE, type Millis, SECOND } from '../../src/domain/time/instant.ts';
import { ManualClock } from '../support/manual-clock.ts';

const START: Instant = Date.UTC(2026, 2, 1, 12);

function rounds() {
  const clock = new ManualClock(START);
  let newest = START;
  const facts: ClockSteppedFact[] = [];
  const steps: Millis[] = [];
  const troubles: (string | undefined)[] = [];
  const running = startClockRounds({
    clock,
    ledger: { asOf: (now) => Math.max(now, newest) },
    record: (fact) => facts.push(fact),
    onStep: (stepMs) => steps.push(stepMs),
    onTrouble: (trouble) => troubles.push(trouble),
  });
  const journal = (at: Instant): void => {
    newest = at;
  };
  return { clock, facts, steps, running, journal, trouble: () => troubles.at(-1) };
}

it('a clock that was set back is a trouble until it has come to where the journal is', async () => {
  const { clock, facts, steps, journal, trouble, running } = rounds();
  await clock.advance(10 * MINUTE);
  journal(clock.now());
  expect(trouble()).toBeUndefined();
  clock.stepWall(-HOUR);
  await clock.advance(2 * SECOND);
  expect(steps).toEqual([-HOUR]);
  expect(facts).toMatchObject([{ byMs: -HOUR, steps: 1 }]);
  expect(trouble()).toMatch(/^set back: no probe counts before 2026-03-01T12:10:00/);
  await clock.advance(58 * MINUTE);
  expect(trouble()).toBeDefined();
  await clock.advance(MINUTE);
  expect(trouble()).toBeUndefined();
  running.stop();
  expect(clock.pending).toBe(0);
});

it('a clock that was set back by seconds, or on, is none', async () => {
  const { clock, journal, trouble, running } = rounds();
  for (const by of [-30 * SECOND, HOUR]) {
    await clock.advance(10 * MINUTE);
    journal(clock.now());
    clock.stepWall(by);
    await clock.advance(2 * SECOND);
    expect(trouble()).toBeUndefined();
  }
  running.stop();
});
