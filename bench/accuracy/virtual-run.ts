/** The real prober loop over scripted targets, on virtual time. */
import { type Instant, MINUTE, type Millis, SECOND } from '../../src/domain/time/instant.ts';
import { ProberLoop } from '../../src/monitor/prober-loop.ts';
import type { WatchedCheck } from '../../src/monitor/watched-check.ts';
import { ProcessClock, VirtualTime } from '../../test/simulation/virtual-time.ts';
import { SeededRandom } from '../../test/support/seeded-random.ts';
import { MODES, ScriptedTarget, type TrueOutage } from './scripted-target.ts';
import { judge, type ReportedEdge, type Verdict } from './verdict.ts';

export interface Fleet {
  readonly seed: number;
  /** Targets with scripts of their own. */
  readonly targets: number;
  /** Checks of each target: one, or a group that shares its fate. */
  readonly checksEach: number;
  readonly outagesEach: number;
  /** Lengths of outages, of which every magnitude is as likely as another. */
  readonly lengthMs: { readonly from: Millis; readonly to: Millis };
  readonly intervalMs: Millis;
  /** Whether the checks of a target have an address each. */
  readonly ownAddresses: boolean;
}

const START: Instant = Date.UTC(2026, 2, 1);
const TIMEOUT: Millis = 10 * SECOND;

/** Runs a fleet through all its outages. */
export async function runVirtually(fleet: Fleet): Promise<Verdict> {
  const random = new SeededRandom(fleet.seed);
  const time = new VirtualTime({
    start: START,
    busy: [{ start: 0, end: Number.MAX_SAFE_INTEGER }],
    sleepyMs: 0,
    random,
  });
  const clock = new ProcessClock(time);
  const targets = Array.from(
    { length: fleet.targets },
    () => new ScriptedTarget(scriptOf(fleet, random), random.fork()),
  );
  const checks = targets.flatMap((_, ordinal) => checksOf(fleet, ordinal, random));
  const targetOf = new Map(
    checks.map(({ id }, i) => [id, targets[Math.floor(i / fleet.checksEach)] as ScriptedTarget]),
  );
  const edges = new Map<string, ReportedEdge[]>(checks.map(({ id }) => [id, []]));
  const loop = new ProberLoop({
    clock,
    checks,
    probe: async (check, signal) => {
      const answer = (targetOf.get(check.id) as ScriptedTarget).answer(clock.now(), check.request.timeoutMs);
      // Aborted only by the end of the run, when nothing counts any more.
      await clock.sleep(answer.durationMs, signal).catch(() => {});
      // The members of a group are hosts of one server: at one address, or each at its own.
      const address = fleet.ownAddresses ? check.id : check.id.split('/')[0];
      return { ...answer, phases: {}, evidence: { address: `${address}` } };
    },
    handOver: (batch) => {
      for (const edge of batch.edges) edges.get(edge.check)?.push({ ...edge, reportedAt: clock.now() });
    },
  });
  loop.start();
  const last = Math.max(...targets.flatMap(({ outages }) => outages.map(({ end }) => end)));
  await time.run(last - START + 5 * fleet.intervalMs);
  await loop.stop();
  const verdicts = checks.map(({ id }) => judge(id, edges.get(id) ?? [], targetOf.get(id)?.outages ?? []));
  return { outages: verdicts.flatMap(({ outages }) => outages), wrong: verdicts.flatMap(({ wrong }) => wrong) };
}

function checksOf({ checksEach, intervalMs }: Fleet, ordinal: number, random: SeededRandom): readonly WatchedCheck[] {
  const first = random.whole(0, intervalMs - 1);
  return Array.from({ length: checksEach }, (_, i) => ({
    id: `t${ordinal}/${i}`,
    intervalMs,
    phaseMs: (first + Math.floor((i * intervalMs) / checksEach)) % intervalMs,
    policy: { maxGapMs: 3 * intervalMs, failures: 3, successes: 2 },
    request: { target: { kind: 'http', url: `http://t${ordinal}.example/`, status: [] }, timeoutMs: TIMEOUT },
    allow: [],
    ...(checksEach > 1 ? { group: `t${ordinal}`, fate: `t${ordinal}/http` } : {}),
  }));
}

/** Outages at random phases, far enough apart that a few in a hundred targets are down at a time. */
function scriptOf({ outagesEach, lengthMs, intervalMs }: Fleet, random: SeededRandom): readonly TrueOutage[] {
  const script: TrueOutage[] = [];
  let after = START + 3 * intervalMs;
  for (let i = 0; i < outagesEach; i += 1) {
    const start = after + random.whole(0, 40 * MINUTE);
    const end = start + random.magnitude(lengthMs.from, lengthMs.to);
    script.push({ start, end, mode: random.pick(MODES) });
    after = end + 3 * intervalMs;
  }
  return script;
}
