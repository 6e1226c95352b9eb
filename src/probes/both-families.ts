/** One probe over IPv4 and then over IPv6, as one result: a host serves when both of its families do. */
import type { PhaseTimes, ProbeResult } from './outcome.ts';
import type { ProbeRequest } from './target.ts';

/**
 * Runs the request over IPv4 and, when that was good, over IPv6 in what is left of the time. Phases and durations are
 * sums; the evidence is that of the family that failed, named in what was seen, or of IPv6 when both were good.
 */
export async function runOverBoth(
  request: ProbeRequest,
  run: (request: ProbeRequest) => Promise<ProbeResult>,
): Promise<ProbeResult> {
  const four = await run({ ...request, ip: 4 });
  if (four.outcome !== 'ok') return named(four, 'over IPv4');
  const left = Math.max(1, Math.floor(request.timeoutMs - four.durationMs));
  const six = await run({ ...request, ip: 6, timeoutMs: left });
  return {
    ...named(six, 'over IPv6 (IPv4 was good)'),
    sentAt: four.sentAt,
    durationMs: four.durationMs + six.durationMs,
    phases: sumOf(four.phases, six.phases),
  };
}

function named(result: ProbeResult, family: string): ProbeResult {
  if (result.outcome === 'ok') return result;
  const { seen } = result.evidence;
  return { ...result, evidence: { ...result.evidence, seen: seen === undefined ? family : `${family}: ${seen}` } };
}

function sumOf(first: PhaseTimes, second: PhaseTimes): PhaseTimes {
  const sum: Partial<Record<keyof PhaseTimes, number>> = { ...first };
  for (const [phase, ms] of Object.entries(second) as [keyof PhaseTimes, number][]) sum[phase] = (sum[phase] ?? 0) + ms;
  return sum;
}
