/** A module of smtp, imap or pop3 against a target, told with the metrics that the exporter gives of a TCP dialogue. */
import type { MailProbeModule } from '../../config/probe-module.ts';
import { parseHost } from '../../config/scalars.ts';
import type { ExporterSample } from '../../outputs/metrics/exporter-text.ts';
import type { MailSecurity, Target } from '../../probes/target.ts';
import { addressSamples } from './address-samples.ts';
import type { ProbeAnswer, ProbeOrder } from './order.ts';
import type { ProbeLog } from './probe-log.ts';
import type { RunProbe } from './run-probe.ts';
import { readTls } from './tls-seen.ts';
import { answerVoid } from './void-answer.ts';

const PORTS: Readonly<Record<MailProbeModule['prober'], Readonly<Record<MailSecurity, number>>>> = {
  smtp: { plain: 25, starttls: 25, tls: 465 },
  imap: { plain: 143, starttls: 143, tls: 993 },
  pop3: { plain: 110, starttls: 110, tls: 995 },
};

/** Probes the target and tells what came of it; never rejects because of the target. */
export async function answerMail(
  order: ProbeOrder & { readonly module: MailProbeModule },
  run: RunProbe,
  trace: ProbeLog,
): Promise<ProbeAnswer> {
  const target = targetOf(order.target, order.module);
  if (target === null) {
    trace.error('Error splitting target address and port');
    return {
      kind: 'measured',
      samples: [...measure(undefined, {}, []), { name: 'probe_success', value: 0 }],
      log: trace.text(),
    };
  }
  let tls: readonly ExporterSample[] = [];
  const result = await run(target, {
    secured: (socket) => {
      tls = readTls(socket, !order.module.anyCertificate);
    },
  });
  if (result.outcome === 'void') return answerVoid(result, trace);
  const { address, seen, status } = result.evidence;
  if (address !== undefined) trace.info('Resolved target address', { ip: address });
  if (status !== undefined) trace.info('Last reply', { code: status });
  if (result.outcome === 'fail') trace.error('Probe failed', { error: result.error, seen: seen ?? '' });
  const believed = result.outcome === 'fail' && result.error.startsWith('tls_') ? [] : tls;
  return {
    kind: 'measured',
    samples: [
      ...measure(address, result.phases, believed),
      { name: 'probe_success', value: result.outcome === 'ok' ? 1 : 0 },
    ],
    log: trace.text(),
  };
}

function measure(
  address: string | undefined,
  { resolveMs }: { readonly resolveMs?: number },
  tls: readonly ExporterSample[],
): ExporterSample[] {
  return [...addressSamples(address, resolveMs), { name: 'probe_failed_due_to_regex', value: 0 }, ...tls];
}

/** `host`, `host:port` or `[::1]:port`. */
function targetOf(text: string, { prober, security }: MailProbeModule): Target | null {
  const [, v6, name, digits] = /^(?:\[([^\]]*)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const port = digits === undefined ? PORTS[prober][security ?? 'plain'] : Number(digits);
  if (port < 1 || port > 65_535) return null;
  try {
    const tlsPort = PORTS[prober].tls;
    return {
      kind: prober,
      host: parseHost(v6 ?? name ?? ''),
      port,
      security: security ?? (port === tlsPort ? 'tls' : 'plain'),
    };
  } catch {
    return null;
  }
}
