/** A module of dns against a target, which is a name server: the module's question, and rules for the records that come. */
import { isIPv6 } from 'node:net';
import type { DnsProbeModule, RecordRules } from '../../config/probe-module.ts';
import { parseHost, parseHostAndPort } from '../../config/scalars.ts';
import type { ExporterSample } from '../../outputs/metrics/exporter-text.ts';
import { type DnsSections, readSections } from '../../probes/dns-sections.ts';
import type { PhaseTimes } from '../../probes/outcome.ts';
import { addressSamples } from './address-samples.ts';
import type { ProbeAnswer, ProbeOrder } from './order.ts';
import { pattern } from './patterns.ts';
import type { ProbeLog } from './probe-log.ts';
import type { RunProbe } from './run-probe.ts';
import { answerVoid } from './void-answer.ts';

const PORT = 53;

/** Probes the target and tells what came of it; never rejects because of the target. */
export async function answerDns(
  order: ProbeOrder & { readonly module: DnsProbeModule },
  run: RunProbe,
  trace: ProbeLog,
): Promise<ProbeAnswer> {
  const { module } = order;
  const server = readServer(order.target);
  if (server === null) {
    trace.error('Error resolving address');
    const samples = [...addressSamples(undefined, undefined), ...measure({}, null, module), success(false)];
    return { kind: 'measured', samples, log: trace.text() };
  }
  let reply: DnsSections | null = null;
  const { name, type } = module;
  trace.info('Making DNS query', { server, query: name, type });
  const result = await run(
    { kind: 'dns', name, type, servers: [server], expect: { kind: 'some' }, dnssec: false },
    {
      answered: (message) => {
        reply = readSections(message);
      },
    },
  );
  if (result.outcome === 'void') return answerVoid(result, trace);
  const { address, seen, status } = result.evidence;
  if (address !== undefined) trace.info('Resolved target address', { ip: address });
  if (result.outcome === 'fail') trace.error('Error while asking', { error: result.error, seen: seen ?? '' });
  const isGood = result.outcome === 'ok' && reply !== null && isValid(module, status, reply, trace);
  return {
    kind: 'measured',
    samples: [
      ...addressSamples(address, result.phases.resolveMs),
      ...measure(result.phases, result.outcome === 'ok' ? reply : null, module),
      success(isGood),
    ],
    log: trace.text(),
  };
}

function measure(phases: PhaseTimes, reply: DnsSections | null, { type }: DnsProbeModule): ExporterSample[] {
  const { resolveMs = 0, connectMs = 0, firstByteMs = 0, transferMs = 0 } = phases;
  const spent = { resolve: resolveMs, connect: connectMs, request: firstByteMs + transferMs };
  const samples: ExporterSample[] = [
    { name: 'probe_dns_answer_rrs', value: reply?.answer.length ?? 0 },
    { name: 'probe_dns_authority_rrs', value: reply?.authority.length ?? 0 },
    { name: 'probe_dns_additional_rrs', value: reply?.additional.length ?? 0 },
    { name: 'probe_dns_query_succeeded', value: reply === null ? 0 : 1 },
    ...Object.entries(spent).map(
      ([phase, ms]): ExporterSample => ({
        name: 'probe_dns_duration_seconds',
        labels: { phase },
        value: ms / 1_000,
      }),
    ),
  ];
  if (reply !== null && type === 'SOA') samples.push({ name: 'probe_dns_serial', value: reply.serial ?? 0 });
  return samples;
}

function success(isGood: boolean): ExporterSample {
  return { name: 'probe_success', value: isGood ? 1 : 0 };
}

function isValid(module: DnsProbeModule, code: number | undefined, reply: DnsSections, trace: ProbeLog): boolean {
  if (code === undefined || !module.codes.includes(code)) {
    trace.error('Rcode is not one of the valid rcodes', { rcode: code ?? 'none', valid: module.codes.join(' ') });
    return false;
  }
  return (['answer', 'authority', 'additional'] as const).every((section) => {
    const why = breach(module[section], reply[section]);
    if (why !== null) trace.error(`The records of the ${section} section are not as wanted`, why);
    return why === null;
  });
}

/** The first rule that the records of a section break; null when they keep all. */
function breach(rules: RecordRules, records: readonly string[]): Readonly<Record<string, string>> | null {
  const { failIfMatches, failIfAllMatch, failIfNotMatches, failIfNoneMatches } = rules;
  const required = failIfNotMatches[0] ?? failIfNoneMatches[0];
  if (records.length === 0 && required !== undefined) return { regexp: required, seen: 'no record' };
  for (const record of records) {
    const unwanted = failIfMatches.find((regexp) => pattern(regexp).test(record));
    if (unwanted !== undefined) return { regexp: unwanted, matched: record };
    const missed = failIfNotMatches.find((regexp) => !pattern(regexp).test(record));
    if (missed !== undefined) return { regexp: missed, unmatched: record };
  }
  // Of a list, the exporter wants every record to match every expression before it calls that all.
  const allMatch = records.every((record) => failIfAllMatch.every((regexp) => pattern(regexp).test(record)));
  if (failIfAllMatch.length > 0 && !allMatch) return { regexp: failIfAllMatch.join(' '), seen: 'not all match' };
  const anyMatch = records.some((record) => failIfNoneMatches.some((regexp) => pattern(regexp).test(record)));
  if (failIfNoneMatches.length > 0 && !anyMatch) return { regexp: failIfNoneMatches.join(' '), seen: 'none matches' };
  return null;
}

/** `host`, `host:port`, `2001:db8::53` or `[2001:db8::53]:53`, as a server of a question; null for anything else. */
function readServer(text: string): string | null {
  try {
    if (isIPv6(text)) return `[${text}]:${PORT}`;
    if (!/[:\]]/.test(text)) return `${parseHost(text)}:${PORT}`;
    const { host, port } = parseHostAndPort(text);
    return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
  } catch {
    return null;
  }
}
