/** A module of tcp against a target: the connection, and the lines that the module waits for and sends. */
import type { QueryStep, TcpProbeModule } from '../../config/probe-module.ts';
import { type HostAndPort, parseHostAndPort } from '../../config/scalars.ts';
import type { ExporterSample } from '../../outputs/metrics/exporter-text.ts';
import { Fault } from '../../probes/fault.ts';
import type { TcpTalk } from '../../probes/watch.ts';
import { addressSamples } from './address-samples.ts';
import type { ProbeAnswer, ProbeOrder } from './order.ts';
import { pattern } from './patterns.ts';
import type { ProbeLog } from './probe-log.ts';
import type { RunProbe } from './run-probe.ts';
import { readTls } from './tls-seen.ts';
import { answerVoid } from './void-answer.ts';

/** Probes the target and tells what came of it; never rejects because of the target. */
export async function answerTcp(
  order: ProbeOrder & { readonly module: TcpProbeModule },
  run: RunProbe,
  trace: ProbeLog,
): Promise<ProbeAnswer> {
  const { module } = order;
  const at = readTarget(order.target);
  if (at === null) {
    trace.error('Error splitting target address and port');
    const samples: ExporterSample[] = [...addressSamples(undefined, undefined), ...verdict(false, false)];
    return { kind: 'measured', samples, log: trace.text() };
  }
  let tls: readonly ExporterSample[] = [];
  let failedByPattern = false;
  const result = await run(
    { kind: 'tcp', ...at, tls: module.tls },
    {
      secured: (socket) => {
        tls = readTls(socket, !module.anyCertificate);
      },
      converse: (talk) => hold(talk, module.steps, { trace, mismatched: (is) => (failedByPattern = is) }),
    },
  );
  if (result.outcome === 'void') return answerVoid(result, trace);
  const { address, seen } = result.evidence;
  if (address !== undefined) trace.info('Resolved target address', { ip: address });
  if (result.outcome === 'fail') trace.error('Error of the connection', { error: result.error, seen: seen ?? '' });
  const believed = result.outcome === 'fail' && result.error.startsWith('tls_') ? [] : tls;
  return {
    kind: 'measured',
    samples: [
      ...addressSamples(address, result.phases.resolveMs),
      ...verdict(result.outcome === 'ok', failedByPattern),
      ...believed,
    ],
    log: trace.text(),
  };
}

function verdict(success: boolean, failedByPattern: boolean): ExporterSample[] {
  return [
    { name: 'probe_success', value: success ? 1 : 0 },
    { name: 'probe_failed_due_to_regex', value: failedByPattern ? 1 : 0 },
  ];
}

function readTarget(text: string): HostAndPort | null {
  try {
    return parseHostAndPort(text);
  } catch {
    return null;
  }
}

interface Ears {
  readonly trace: ProbeLog;
  readonly mismatched: (is: boolean) => void;
}

/** Each step: lines are read until one matches, then something is sent, then TLS is put on. */
async function hold(talk: TcpTalk, steps: readonly QueryStep[], { trace, mismatched }: Ears): Promise<void> {
  for (const [number, { expect, send, starttls }] of steps.entries()) {
    trace.info('Processing query response entry', { entry_number: number });
    let text = send;
    if (expect !== undefined) {
      const found = await lineThatMatches(talk, expect);
      mismatched(found === null);
      if (found === null) throw new Fault('connection_closed', 'no line matched the regular expression', expect);
      trace.info('Regexp matched', { regexp: expect, line: found.line });
      text = text === undefined ? undefined : fillIn(text, found.groups);
    }
    if (text !== undefined && text !== '') talk.sendLine(text);
    if (starttls) await talk.startTls();
  }
}

interface Match {
  readonly line: string;
  /** By number and by name. */
  readonly groups: ReadonlyMap<string, string>;
}

async function lineThatMatches(talk: TcpTalk, regexp: string): Promise<Match | null> {
  for (;;) {
    const line = await talk.readLine();
    if (line === null) return null;
    const matcher = pattern(regexp).matcher(line);
    if (!matcher.find()) continue;
    const groups = new Map<string, string>();
    for (let group = 0; group <= matcher.groupCount(); group += 1) groups.set(`${group}`, matcher.group(group) ?? '');
    for (const [name, group] of Object.entries(pattern(regexp).namedGroups())) {
      groups.set(name, groups.get(`${group}`) ?? '');
    }
    return { line, groups };
  }
}

/** `$1`, `${1}` and `${name}` are what the groups of the expression matched; `$$` is a dollar. */
function fillIn(template: string, groups: ReadonlyMap<string, string>): string {
  return template.replace(/\$(?:(\$)|(\w+)|\{(\w+)\})/g, (_, dollar?: string, name?: string, braced?: string) =>
    dollar !== undefined ? '$' : (groups.get(name ?? braced ?? '') ?? ''),
  );
}
