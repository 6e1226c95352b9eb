/** Answers what `/probe` asks: runs the module's probe under the scrape's deadline and tells it in the exporter's words. */
import type { ExporterSample } from '../../outputs/metrics/exporter-text.ts';
import { createNameServers } from '../../probes/name-servers.ts';
import { preferFamily } from '../../probes/preferred-family.ts';
import { createProber, type Prober } from '../../probes/probe.ts';
import { createGuard } from '../../probes/target-guard.ts';
import { createTrust } from '../../probes/trust.ts';
import type { Clock } from '../../runtime/clock.ts';
import { answerDns } from './dns-answer.ts';
import { answerHttp } from './http-answer.ts';
import { answerIcmp } from './icmp-answer.ts';
import { answerMail } from './mail-answer.ts';
import type { ProbeAnswer, ProbeOrder } from './order.ts';
import { createProbeLog, type ProbeLog } from './probe-log.ts';
import type { RunProbe } from './run-probe.ts';
import { answerTcp } from './tcp-answer.ts';

export interface ExporterSettings {
  readonly clock: Clock;
  /** Ranges that may be dialled though they are not public. */
  readonly allow: readonly string[];
  /** PEM texts. */
  readonly trust: readonly string[];
}

export interface Exporter {
  /** Never rejects because of the target. */
  answer(order: ProbeOrder): Promise<ProbeAnswer>;
  close(): Promise<void>;
}

/** Shorter than any exchange: what is left of a scrape's time when it is as good as over. */
const LEAST_MS = 1;

export function createExporter({ clock, allow, trust }: ExporterSettings): Exporter {
  const shared = createTrust();
  const guard = createGuard({ allow });
  const names = createNameServers({ clock });
  const probers = new Map<4 | 6, Prober>();

  const proberFor = (first: 4 | 6): Prober => {
    const known = probers.get(first);
    if (known !== undefined) return known;
    const prober = createProber({ clock, guard, names: preferFamily(names, first), trust: shared });
    probers.set(first, prober);
    return prober;
  };

  return {
    async answer(order) {
      const { module } = order;
      const trace = createProbeLog(clock, order.moduleName, order.target);
      trace.info('Beginning probe', { probe: module.prober, timeout_seconds: order.timeoutMs / 1_000 });
      const beganMs = clock.monotonicMs();
      const run: RunProbe = (target, watch) => {
        const timeoutMs = Math.max(LEAST_MS, order.timeoutMs - (clock.monotonicMs() - beganMs));
        const request = {
          target,
          timeoutMs,
          anyCertificate: module.anyCertificate,
          ...(!module.fallback && { ip: module.first }),
          ...(trust.length > 0 && { trust }),
        };
        return proberFor(module.first).run(request, undefined, watch);
      };
      const answer = await answerBy(order, run, trace);
      const seconds = (clock.monotonicMs() - beganMs) / 1_000;
      if (answer.kind === 'void') return answer;
      const duration: ExporterSample = { name: 'probe_duration_seconds', value: seconds };
      const isGood = answer.samples.some(({ name, value }) => name === 'probe_success' && value === 1);
      trace[isGood ? 'info' : 'error'](isGood ? 'Probe succeeded' : 'Probe failed', { duration_seconds: seconds });
      return { ...answer, samples: [...answer.samples, duration], log: trace.text() };
    },
    async close() {
      for (const prober of probers.values()) await prober.close();
      names.close();
    },
  };
}

/** What each prober of a module does: a new one is a case here. */
function answerBy(order: ProbeOrder, run: RunProbe, trace: ProbeLog): Promise<ProbeAnswer> {
  const { module } = order;
  switch (module.prober) {
    case 'http':
      return answerHttp({ ...order, module }, run, trace);
    case 'tcp':
      return answerTcp({ ...order, module }, run, trace);
    case 'smtp':
    case 'imap':
    case 'pop3':
      return answerMail({ ...order, module }, run, trace);
    case 'dns':
      return answerDns({ ...order, module }, run, trace);
    case 'icmp':
      return answerIcmp({ ...order, module }, run, trace);
  }
}
