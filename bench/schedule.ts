/**
 * What the schedule, the detector and the hand-over cost a probe: `node bench/schedule.ts [CHECKS] [SECONDS]`.
 *
 * The loop of one thread over so many checks of a minute, in groups of 150, with a probe that answers at once; first at
 * pace, in real time, then on a clock that runs as fast as the work is done. CPU is that of this process; hand-over
 * includes the copy that the message to the main thread makes.
 */
import { MINUTE } from '../src/domain/time/instant.ts';
import { assignPhases } from '../src/monitor/phases.ts';
import { ProberLoop } from '../src/monitor/prober-loop.ts';
import type { Batch, WatchedCheck } from '../src/monitor/watched-check.ts';
import type { ProbeResult } from '../src/probes/outcome.ts';
import { type Clock, systemClock } from '../src/runtime/clock.ts';

const [checks = 100_000, seconds = 10] = process.argv.slice(2).map(Number);
if (!(checks > 0 && seconds > 0)) throw new Error('expected numbers of checks and of seconds, both positive');
const PER_GROUP = 150;

const sites = Array.from({ length: checks }, (_, n) => ({
  id: `service-${n}/web/home`,
  intervalMs: MINUTE,
  group: `server-${Math.floor(n / PER_GROUP)}`,
}));
const phases = assignPhases(sites);

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
await run(
  'at pace',
  systemClock,
  () => pause(3_000),
  () => pause(seconds * 1_000),
);
const fast = fastClock();
await run(
  'saturated',
  fast.clock,
  () => fast.advance(3_000),
  () => fast.advance(Math.max(1, Math.round((seconds * 60) / 10)) * 1_000),
);

async function run(name: string, clock: Clock, settle: () => Promise<void>, pass: () => Promise<void>): Promise<void> {
  const now = clock.now();
  const watched = sites.map(
    (site): WatchedCheck => ({
      ...site,
      phaseMs: phases.get(site.id) ?? 0,
      policy: { maxGapMs: 3 * MINUTE, failures: 3, successes: 2 },
      request: { target: { kind: 'smtp', host: 'mail.example.kz', port: 25, security: 'plain' }, timeoutMs: 10_000 },
      allow: [],
      recorded: { state: 'up', through: now - 1 },
    }),
  );
  let probes = 0;
  const latenesses: number[] = [];
  const take = (batch: Batch): void => {
    for (const { latenessMs } of structuredClone(batch).samples) latenesses.push(latenessMs);
  };
  const loop = new ProberLoop({
    clock,
    checks: watched,
    jitter: { part: 0.1, seed: 1 },
    probe: async (): Promise<ProbeResult> => {
      probes += 1;
      const sentAt = clock.now();
      return { sentAt, shownAt: sentAt, outcome: 'ok', durationMs: 1, phases: { connectMs: 1 }, evidence: {} };
    },
    handOver: take,
  });
  const startMs = performance.now();
  loop.start();
  const startedMs = performance.now() - startMs;
  await settle();
  probes = 0;
  latenesses.length = 0;
  const before = process.cpuUsage();
  await pass();
  const spent = process.cpuUsage(before);
  await loop.stop();
  latenesses.sort((a, b) => a - b);
  const late = latenesses[Math.floor(latenesses.length * 0.99)] ?? 0;
  const micros = (spent.user + spent.system) / probes;
  console.log(
    `${name.padEnd(10)} ${checks} checks, ${probes} probes: ${micros.toFixed(1)} CPU us a probe, lateness p99 ${late} ms, started in ${startedMs.toFixed(0)} ms`,
  );
}

/** A clock whose timers run one after the other as fast as they can. */
function fastClock(): { readonly clock: Clock; readonly advance: (ms: number) => Promise<void> } {
  let nowMs = 1_772_323_200_000;
  let order = 0;
  const due = new Map<number, { readonly at: number; readonly run: () => void }>();
  const clock: Clock = {
    now: () => Math.floor(nowMs),
    monotonicMs: () => nowMs,
    sleep: (ms) => new Promise((resolve) => clock.after(ms, resolve)),
    after(ms, run) {
      const key = order++;
      due.set(key, { at: nowMs + ms, run });
      return () => due.delete(key);
    },
  };
  const advance = async (ms: number): Promise<void> => {
    const end = nowMs + ms;
    for (;;) {
      let next: number | undefined;
      for (const [key, { at }] of due) if (next === undefined || at < (due.get(next)?.at ?? 0)) next = key;
      const timer = next === undefined ? undefined : due.get(next);
      if (next === undefined || !timer || timer.at > end) break;
      due.delete(next);
      nowMs = Math.max(nowMs, timer.at);
      timer.run();
      await new Promise((resolve) => setImmediate(resolve));
    }
    nowMs = end;
  };
  return { clock, advance };
}
