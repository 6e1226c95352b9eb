/** The worker thread's own main: a prober loop over its checks, wired to the port to the main thread. */
import { parentPort, workerData } from 'node:worker_threads';
import { createProber, type Prober } from '../probes/probe.ts';
import { createGuard } from '../probes/target-guard.ts';
import { systemClock } from '../runtime/clock.ts';
import { Canaries, vouchedProbe } from './canaries.ts';
import { ProberLoop, type ProberLoopOptions } from './prober-loop.ts';
import type { FromProber, ProberData, ToProber } from './prober-messages.ts';
import type { WatchedCheck } from './watched-check.ts';

const port = parentPort;
if (!port) throw new Error('prober-worker runs as a worker thread only');

const clock = systemClock;
// undici ends every exchange with two errors that nobody sees, and to walk the stack for them cost a tenth of a probe. One
// frame still says where a defect was.
Error.stackTraceLimit = 1;

const probers = new Map<string, Prober>();
/** By the list itself, which is a check's own: to join it for each probe is not free. */
const probersByList = new WeakMap<readonly string[], Prober>();
const { checks, limits, jitter, canaries: settings } = workerData as ProberData;
const say = (message: FromProber): void => port.postMessage(message);
const probe: ProberLoopOptions['probe'] = (check, signal) => proberFor(check.allow).run(check.request, signal);
const canaries =
  settings &&
  new Canaries({
    ...settings,
    clock,
    probe: ({ request, allow }, signal) => proberFor(allow).run(request, signal),
    onSight: (isBlind) => say({ kind: 'sight', isBlind }),
  });
const loop = new ProberLoop({
  clock,
  checks,
  limits,
  jitter,
  probe: canaries ? vouchedProbe(probe, canaries, clock) : probe,
  handOver: (batch) => say({ kind: 'batch', batch }),
});

let toCome: WatchedCheck[] = [];
port.on('message', async (message: ToProber) => {
  if (message.kind === 'changes-to-come') {
    toCome.push(...message.set);
    return;
  }
  if (message.kind === 'change') {
    const { removed, set } = message.changes;
    loop.change({ removed, set: [...toCome, ...set] });
    toCome = [];
    return;
  }
  canaries?.stop();
  await loop.stop();
  await Promise.all([...probers.values()].map((prober) => prober.close()));
  say({ kind: 'stopped' });
  port.close();
});
canaries?.start();
loop.start();

/** One prober for each list of allowed address ranges: the guard belongs to it. */
function proberFor(allow: readonly string[]): Prober {
  const known = probersByList.get(allow);
  if (known) return known;
  const key = allow.join(' ');
  const prober = probers.get(key) ?? createProber({ clock, guard: createGuard({ allow: [...allow] }) });
  probers.set(key, prober);
  probersByList.set(allow, prober);
  return prober;
}
