/** A module of icmp against a target: one echo request. */
import type { IcmpProbeModule } from '../../config/probe-module.ts';
import { parseHost } from '../../config/scalars.ts';
import type { ExporterSample } from '../../outputs/metrics/exporter-text.ts';
import type { PhaseTimes } from '../../probes/outcome.ts';
import { addressSamples } from './address-samples.ts';
import type { ProbeAnswer, ProbeOrder } from './order.ts';
import type { ProbeLog } from './probe-log.ts';
import type { RunProbe } from './run-probe.ts';
import { answerVoid } from './void-answer.ts';

/** Probes the target and tells what came of it; never rejects because of the target. */
export async function answerIcmp(
  order: ProbeOrder & { readonly module: IcmpProbeModule },
  run: RunProbe,
  trace: ProbeLog,
): Promise<ProbeAnswer> {
  const host = readHost(order.target);
  if (host === null) {
    trace.error('Error resolving address');
    const samples = [...addressSamples(undefined, undefined), ...durations({}, 0), success(false)];
    return { kind: 'measured', samples, log: trace.text() };
  }
  let hopLimit: number | undefined;
  const result = await run(
    { kind: 'icmp', host },
    {
      echoed: (limit) => {
        hopLimit = limit;
      },
    },
  );
  if (result.outcome === 'void') return answerVoid(result, trace);
  const { address, seen } = result.evidence;
  const { phases, durationMs } = result;
  if (address !== undefined) trace.info('Resolved target address', { ip: address });
  if (result.outcome === 'fail') trace.error('No echo', { error: result.error, seen: seen ?? '' });
  const samples: ExporterSample[] = [
    ...addressSamples(address, phases.resolveMs),
    ...durations(result.outcome === 'ok' ? phases : { resolveMs: phases.resolveMs ?? 0 }, durationMs),
    success(result.outcome === 'ok'),
  ];
  if (hopLimit !== undefined) samples.push({ name: 'probe_icmp_reply_hop_limit', value: hopLimit });
  return { kind: 'measured', samples, log: trace.text() };
}

/** What is neither lookup nor echo went into the start of the system's `ping`. */
function durations({ resolveMs = 0, firstByteMs }: PhaseTimes, durationMs: number): ExporterSample[] {
  const spent = {
    resolve: resolveMs,
    setup: firstByteMs === undefined ? 0 : Math.max(0, durationMs - resolveMs - firstByteMs),
    rtt: firstByteMs ?? 0,
  };
  return Object.entries(spent).map(([phase, ms]) => ({
    name: 'probe_icmp_duration_seconds',
    labels: { phase },
    value: ms / 1_000,
  }));
}

function success(isGood: boolean): ExporterSample {
  return { name: 'probe_success', value: isGood ? 1 : 0 };
}

function readHost(text: string): string | null {
  try {
    return parseHost(text);
  } catch {
    return null;
  }
}
