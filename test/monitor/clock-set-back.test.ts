import { expect, it } from 'vitest';
import { MINUTE, SECOND } from '../../src/domain/time/instant.ts';
import { ProberLoop } from '../../src/monitor/prober-loop.ts';
import type { WatchedCheck } from '../../src/monitor/watched-check.ts';
import { ManualClock } from '../support/manual-clock.ts';

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
