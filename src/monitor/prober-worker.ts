/** The worker thread's own main: a prober loop over its checks, wired to the port to the main thread. */
import { parentPort, workerData } from 'node:worker_threads';
import { createProber, type Prober } from '../probes/probe.ts';
import { createGuard } from '../probes/target-guard.ts';
import { systemClock } from '../runtime/clock.ts';
import { Canaries, vouchedProbe } from './canaries.ts';
import { ProberLoop, type ProberLoopOptions } from './prober-loop.ts';
import type { CanarySettings, WatchedCheck } from './watched-check.ts';

const port = parentPort;
if (!port) throw new Error('prober-worker runs as a worker thread only');

const clock = systemClock;
const probers = new Map<string, Prober>();
const probe: ProberLoopOptions['probe'] = (check, signal) => proberFor(check.allow).run(check.request, signal);
const settings = workerData.canaries as CanarySettings | undefined;
const canaries =
  settings &&
  new Canaries({
    ...settings,
    clock,
    probe: ({ request, allow }, signal) => proberFor(allow).run(request, signal),
    onSight: (isBlind) => port.postMessage({ kind: 'sight', isBlind }),
  });
const loop = new ProberLoop({
  clock,
  checks: workerData.checks as readonly WatchedCheck[],
  probe: canaries ? vouchedProbe(probe, canaries, clock) : probe,
  handOver: (batch) => port.postMessage({ kind: 'batch', batch }),
});

port.on('message', async () => {
  canaries?.stop();
  await loop.stop();
  await Promise.all([...probers.values()].map((prober) => prober.close()));
  port.postMessage({ kind: 'stopped' });
  port.close();
});
canaries?.start();
loop.start();

/** One prober for each list of allowed address ranges: the guard belongs to it. */
function proberFor(allow: readonly string[]): Prober {
  const key = allow.join(' ');
  const existing = probers.get(key);
  if (existing) return existing;
  const prober = createProber({ clock, guard: createGuard({ allow: [...allow] }) });
  probers.set(key, prober);
  return prober;
}
