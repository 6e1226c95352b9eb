/**
 * A module of http against a target: the exchange, its redirects, and the verdict, as the exporter gives it. Each redirect
 * is a probe of its own, so that its address passes the guard like any other.
 */
import type { HttpProbeModule } from '../../config/probe-module.ts';
import type { ExporterSample } from '../../outputs/metrics/exporter-text.ts';
import type { ProbeResult } from '../../probes/outcome.ts';
import type { HttpTarget } from '../../probes/target.ts';
import { addressSamples } from './address-samples.ts';
import { HttpReplyRecord } from './http-reply-record.ts';
import type { ProbeAnswer, ProbeOrder } from './order.ts';
import { passes, readsBody } from './patterns.ts';
import type { ProbeLog } from './probe-log.ts';
import type { RunProbe } from './run-probe.ts';
import { answerVoid } from './void-answer.ts';

/** As many as the exporter follows. */
const REDIRECTS_MAX = 10;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** The verdict on the status is the module's, after the whole reply. */
const ANY_STATUS = [{ from: 100, to: 999 }];

const PHASES = {
  resolve: 'resolveMs',
  connect: 'connectMs',
  tls: 'tlsMs',
  processing: 'firstByteMs',
  transfer: 'transferMs',
} as const;

interface Hop {
  readonly url: URL;
  readonly reply: HttpReplyRecord;
  readonly result: ProbeResult;
}

/** Probes the target and tells what came of it; never rejects because of the target. */
export async function answerHttp(
  order: ProbeOrder & { readonly module: HttpProbeModule },
  run: RunProbe,
  log: ProbeLog,
): Promise<ProbeAnswer> {
  const { module } = order;
  const first = urlOf(order.target);
  if (first === null) {
    log.error('Could not parse target URL');
    return { kind: 'measured', samples: measure([], { success: false, failedByPattern: false }), log: log.text() };
  }
  const hops = await follow(first, module, run, log);
  const last = hops.at(-1);
  // Where a redirect leads is the target's doing: an address that may not be dialled is then a failure of its own.
  if (hops.length === 1 && last?.result.outcome === 'void') return answerVoid(last.result, log);
  return { kind: 'measured', samples: measure(hops, judge(last, module, log)), log: log.text() };
}

/** A target as the exporter reads it: without a scheme it is one of http. */
function urlOf(target: string): URL | null {
  const url = URL.parse(/^https?:\/\//i.test(target) ? target : `http://${target}`);
  if (url === null || url.username !== '' || url.password !== '' || url.port === '0') return null;
  return url;
}

async function follow(first: URL, module: HttpProbeModule, run: RunProbe, log: ProbeLog): Promise<Hop[]> {
  const hops: Hop[] = [];
  let target = targetOf(first, module);
  for (let url = first; ; ) {
    const reply = new HttpReplyRecord(readsBody(module));
    log.info('Making HTTP request', { url: url.href, method: target.method ?? 'GET' });
    const result = await run(target, reply.watch);
    hops.push({ url, reply, result });
    logResult(result, reply, log);
    const next = result.outcome === 'ok' ? locationOf(url, reply) : null;
    if (next === null) return hops;
    log.info('Received redirect', { location: next.href });
    if (!module.followRedirects || hops.length > REDIRECTS_MAX) {
      log.info('Not following redirect');
      return hops;
    }
    target = redirected(target, { from: first, to: next, status: reply.status });
    url = next;
  }
}

function targetOf(url: URL, { method, headers, body, authorization }: HttpProbeModule): HttpTarget {
  const sent = authorization === undefined ? headers : [...headers, { name: 'Authorization', value: authorization }];
  return {
    kind: 'http',
    url: url.href,
    status: ANY_STATUS,
    method,
    ...(sent.length === 0 ? {} : { headers: sent }),
    ...(body === undefined ? {} : { body }),
  };
}

/** The next request (RFC 9110, section 15.4). Another origin is told no secret. */
function redirected(
  target: HttpTarget,
  { from, to, status }: { readonly from: URL; readonly to: URL; readonly status: number },
): HttpTarget {
  const { body, method = 'GET', headers = [], ...rest } = target;
  const asBefore = status === 307 || status === 308 || method === 'HEAD' || method === 'GET';
  const kept = to.origin === from.origin ? headers : headers.filter(({ name }) => !isSecretHeader(name));
  return {
    ...rest,
    url: to.href,
    method: asBefore ? method : 'GET',
    headers: kept,
    ...(asBefore && body !== undefined ? { body } : {}),
  };
}

function isSecretHeader(name: string): boolean {
  return /^(?:authorization|proxy-authorization|cookie|www-authenticate)$/i.test(name);
}

/** Where a reply redirects to; null when it does not, or to what is no http or https URL. */
function locationOf(url: URL, reply: HttpReplyRecord): URL | null {
  const [location] = reply.header('location');
  if (!REDIRECTS.has(reply.status) || location === undefined) return null;
  const next = URL.parse(location, url.href);
  if (next === null || !/^https?:$/.test(next.protocol) || next.username !== '' || next.password !== '') return null;
  return next;
}

function logResult(result: ProbeResult, reply: HttpReplyRecord, log: ProbeLog): void {
  const { address, seen } = result.evidence;
  if (address !== undefined) log.info('Resolved target address', { ip: address });
  if (reply.status !== 0) log.info('Received HTTP response', { status_code: reply.status });
  if (result.outcome !== 'ok') {
    log.error('Error for HTTP request', { error: result.error, ...(seen === undefined ? {} : { seen }) });
  }
}

interface Verdict {
  readonly success: boolean;
  readonly failedByPattern: boolean;
}

function judge(hop: Hop | undefined, module: HttpProbeModule, log: ProbeLog): Verdict {
  const bad = { success: false, failedByPattern: false };
  if (hop === undefined || hop.result.outcome !== 'ok') return bad;
  const { reply } = hop;
  const { status } = reply;
  const isValid = module.statuses.length === 0 ? status >= 200 && status < 300 : module.statuses.includes(status);
  if (!isValid) {
    const wanted = module.statuses.length === 0 ? '2xx' : module.statuses.join(' ');
    log.error('Invalid HTTP response status code', { status_code: status, valid_status_codes: wanted });
    return bad;
  }
  if (!passes(module, reply, log)) return { success: false, failedByPattern: true };
  // The exporter writes HTTP/2.0 for what its own file calls so.
  if (module.versions.length > 0 && !module.versions.includes(`HTTP/${reply.version}`)) {
    log.error('Invalid HTTP version number', { version: reply.version });
    return bad;
  }
  const isSecure = hop.url.protocol === 'https:';
  if (isSecure ? module.failIfSsl : module.failIfNotSsl) {
    log.error(isSecure ? 'Final request was over SSL' : 'Final request was not over SSL');
    return bad;
  }
  return { success: true, failedByPattern: false };
}

function measure(hops: readonly Hop[], { success, failedByPattern }: Verdict): ExporterSample[] {
  const first = hops[0]?.result;
  const last = hops.at(-1);
  const reply = last?.result.outcome === 'ok' ? last.reply : undefined;
  const resolved = first?.evidence.address !== undefined;
  const phases = Object.entries(PHASES).filter(([phase]) => resolved || phase === 'resolve');
  const modified = lastModified(reply?.header('last-modified')[0]);
  return [
    ...addressSamples(first?.evidence.address, first?.phases.resolveMs),
    { name: 'probe_success', value: success ? 1 : 0 },
    { name: 'probe_failed_due_to_regex', value: failedByPattern ? 1 : 0 },
    { name: 'probe_http_status_code', value: reply?.status ?? 0 },
    { name: 'probe_http_content_length', value: reply === undefined ? 0 : contentLength(reply) },
    { name: 'probe_http_uncompressed_body_length', value: reply?.bodyBytes ?? 0 },
    { name: 'probe_http_redirects', value: Math.max(0, hops.length - 1) },
    { name: 'probe_http_ssl', value: reply !== undefined && last?.url.protocol === 'https:' ? 1 : 0 },
    { name: 'probe_http_version', value: Number(reply?.version ?? 0) },
    ...phases.map(([phase, key]): ExporterSample => {
      const ms = hops.reduce((sum, { result }) => sum + (result.phases[key] ?? 0), 0);
      return { name: 'probe_http_duration_seconds', labels: { phase }, value: ms / 1_000 };
    }),
    ...(modified === null
      ? []
      : [{ name: 'probe_http_last_modified_timestamp_seconds', value: modified } satisfies ExporterSample]),
    ...(reply?.tls ?? []),
  ];
}

/** What the reply says of its length; -1 where it says nothing. */
function contentLength(reply: HttpReplyRecord): number {
  const [length] = reply.header('content-length');
  return length !== undefined && /^\d{1,15}$/.test(length) ? Number(length) : -1;
}

/** Unix seconds of an HTTP date (RFC 9110, section 5.6.7); null for anything else. */
function lastModified(text: string | undefined): number | null {
  if (text === undefined || !/^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(text)) return null;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? null : ms / 1_000;
}
