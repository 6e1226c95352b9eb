/** From what a scrape asks to what is answered: the module, the time there is, the text. */
import { stringify } from 'yaml';
import type { ProbeQuestion, ProbeAnswer as Reply } from '../../api/probe-route.ts';
import type { ProbeModule, ProbeModules } from '../../config/probe-module.ts';
import { SECOND } from '../../domain/time/instant.ts';
import { quote } from '../../domain/time/text.ts';
import { formatExporterText } from '../../outputs/metrics/exporter-text.ts';
import type { ExporterThread } from './exporter-thread.ts';
import type { ProbeAnswer } from './order.ts';

const DEFAULT_MODULE = 'http_2xx';
/** What a scrape that names no time leaves, as with the exporter. */
const UNTIMED_SECONDS = 120;
/** Left for the way back, as with the exporter. */
const OFFSET_SECONDS = 0.5;
const TARGET_LENGTH_MAX = 2_000;

/** Answers one scrape. Rejects when the thread was lost. */
export async function answerProbe(
  question: ProbeQuestion,
  { modules, thread }: { readonly modules: ProbeModules; readonly thread: ExporterThread },
): Promise<Reply> {
  const { target, module: name = DEFAULT_MODULE, debug, scrapeTimeout } = question;
  const module = modules.get(name);
  if (module === undefined) return { status: 400, text: `Unknown module ${quote(name)}\n` };
  if (target === undefined || target === '') return { status: 400, text: 'Target parameter is missing\n' };
  if (target.length > TARGET_LENGTH_MAX) return { status: 400, text: 'Target parameter is too long\n' };
  const timeoutMs = timeoutOf(module, scrapeTimeout);
  if (timeoutMs === undefined) {
    return { status: 400, text: `X-Prometheus-Scrape-Timeout-Seconds: found ${quote(scrapeTimeout ?? '')}\n` };
  }
  const answer = await thread.answer({ moduleName: name, module, target, timeoutMs });
  if (debug) return { status: 200, text: debugText(answer, module) };
  if (answer.kind === 'measured') return { status: 200, text: formatExporterText(answer.samples) };
  return { status: answer.refused ? 403 : 503, text: `${answer.why}\n` };
}

/** The lesser of the module's time and what the scrape leaves; undefined for a header that is no number. */
export function timeoutOf(module: ProbeModule, scrapeTimeout: string | undefined): number | undefined {
  if (scrapeTimeout !== undefined && !/^\d{1,6}(?:\.\d+)?$/.test(scrapeTimeout)) return undefined;
  const leftSeconds = (Number(scrapeTimeout ?? 0) || UNTIMED_SECONDS) - OFFSET_SECONDS;
  const { timeoutMs } = module;
  // Of a scrape shorter than the offset nothing is left to divide: the whole of it is tried.
  const leftMs = (leftSeconds > 0 ? leftSeconds : leftSeconds + OFFSET_SECONDS) * SECOND;
  return Math.max(1, Math.round(Math.min(timeoutMs ?? leftMs, leftMs, UNTIMED_SECONDS * SECOND)));
}

function debugText(answer: ProbeAnswer, module: ProbeModule): string {
  const metrics =
    answer.kind === 'measured' ? formatExporterText(answer.samples) : `none, the probe says nothing: ${answer.why}\n`;
  return [
    `Logs for the probe:\n${answer.log}`,
    `Metrics that would have been returned:\n${metrics}`,
    `Module configuration:\n${stringify(withoutSecrets(module))}`,
  ].join('\n\n\n');
}

/** A module fit to be shown: what is sent as a header or a body may hold a password. */
function withoutSecrets(module: ProbeModule): object {
  if (module.prober === 'tcp') {
    return {
      ...module,
      steps: module.steps.map((step) => (step.send === undefined ? step : { ...step, send: '***' })),
    };
  }
  if (module.prober !== 'http') return module;
  const { authorization, body, headers, ...shown } = module;
  return {
    ...shown,
    headers: headers.map(({ name }) => ({ name, value: '***' })),
    ...(body === undefined ? {} : { body: '***' }),
    ...(authorization === undefined ? {} : { authorization: '***' }),
  };
}
