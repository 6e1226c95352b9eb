/**
 * How exactly outages are dated, on real sockets: `node bench/accuracy-live.ts [--minutes N] [--interval SECONDS] [--targets N]
 * [--group N] [--seed N]`. The real prober threads watch web servers that fail by a script, lone ones and one that a group
 * shares. Takes as long as it says, and two intervals more.
 */
import { fork } from 'node:child_process';
import { parseArgs } from 'node:util';
import { MINUTE, SECOND } from '../src/domain/time/instant.ts';
import { Monitor } from '../src/monitor/monitor.ts';
import type { WatchedCheck } from '../src/monitor/watched-check.ts';
import { DEFAULT_STATUS } from '../src/probes/target.ts';
import { systemClock } from '../src/runtime/clock.ts';
import type { FlapOrder, FlapReport } from './accuracy/flapping-servers.ts';
import type { TrueOutage } from './accuracy/scripted-target.ts';
import { summarise } from './accuracy/summary.ts';
import { judge, type ReportedEdge } from './accuracy/verdict.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    interval: { type: 'string', default: '60' },
    targets: { type: 'string', default: '400' },
    group: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
  },
});
const intervalMs = Number(values.interval) * SECOND;
const targets = Number(values.targets) + 1;
const order: FlapOrder = {
  targets,
  seed: Number(values.seed),
  intervalMs,
  forMs: Number(values.minutes) * MINUTE,
  lengthMs: { from: 7 * SECOND, to: Math.min(10 * MINUTE, (Number(values.minutes) * MINUTE) / 3) },
};

const servers = fork(new URL('./accuracy/flapping-servers.ts', import.meta.url));
const outages = new Map<number, TrueOutage[]>(Array.from({ length: targets }, (_, i) => [i, []]));
const edges = new Map<string, ReportedEdge[]>();
let monitor: Monitor | undefined;
servers.on('message', async (report: FlapReport) => {
  if (report.kind === 'outage') outages.get(report.target)?.push(report);
  if (report.kind === 'listening') monitor = watch(report.ports);
  if (report.kind !== 'done') return;
  await monitor?.stop();
  servers.disconnect();
  conclude();
});
servers.send(order);

/** The first target is the group's, each other one's check is alone. */
function checksOf(ports: readonly number[]): readonly WatchedCheck[] {
  const places = ports.flatMap((port, target) =>
    Array.from({ length: target === 0 ? Number(values.group) : 1 }, (_, i) => ({ port, target, i })),
  );
  return places.map(({ port, target, i }) => ({
    id: `${target}/${i}`,
    intervalMs,
    phaseMs: Math.floor(((target === 0 ? i / Number(values.group) : target / targets) * intervalMs) % intervalMs),
    policy: { maxGapMs: 3 * intervalMs, failures: 3, successes: 2 },
    request: {
      target: { kind: 'http', url: `http://127.0.0.1:${port}/`, status: DEFAULT_STATUS },
      timeoutMs: Math.min(10 * SECOND, intervalMs),
    },
    allow: ['127.0.0.0/8'],
    ...(target === 0 ? { group: 'shared', fate: 'shared/http' } : {}),
  }));
}

function watch(ports: readonly number[]): Monitor {
  const started = new Monitor({
    clock: systemClock,
    threads: 1,
    limits: { perServer: 32, inFlight: 10_000, extra: 1 },
    jitter: { part: 0, seed: 1 },
    onTrouble: () => {},
    checks: checksOf(ports),
    onBatch: (batch) => {
      const reportedAt = systemClock.now();
      for (const edge of batch.edges) {
        edges.set(edge.check, [...(edges.get(edge.check) ?? []), { ...edge, reportedAt }]);
      }
    },
    onWorkerLost: (reason) => {
      throw reason;
    },
  });
  started.start();
  return started;
}

function conclude(): void {
  const verdicts = [...edges].map(([check, found]) => ({
    shared: check.startsWith('0/'),
    ...judge(check, found, outages.get(Number(check.split('/')[0])) ?? []),
  }));
  for (const shared of [false, true]) {
    const mine = verdicts.filter((verdict) => verdict.shared === shared);
    const wrong = mine.flatMap((verdict) => verdict.wrong);
    const { lines } = summarise({ outages: mine.flatMap((verdict) => verdict.outages), wrong });
    process.stdout.write(
      `${shared ? `a group of ${values.group}` : 'lone targets'}\n${lines.map((line) => `  ${line}\n`).join('')}`,
    );
    for (const sentence of wrong.slice(0, 10)) process.stderr.write(`${sentence}\n`);
    if (wrong.length > 0) process.exitCode = 1;
  }
}
