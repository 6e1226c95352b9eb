/**
 * A module of http against a target: the exchange, its redirects, and the verdict, as the exporter gives it. Each redirect
 * is a probe of its own, so that its address passes the guard like any other.
 */
import type { HttpProbeModule } from '../../config/probe-module.ts';
import type { ExporterSample } from '../../outputs/metrics/exporter-text.ts';
import { quoteWithout } from '../../probes/confidence.ts';
import { secretsOf } from '../../probes/http-secrets.ts';
import type { ProbeResult, VoidReason } from '../../probes/outcome.ts';
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
  trace: ProbeLog,
): Promise<ProbeAnswer> {
  const { module } = order;
  const first = urlOf(order.target);
  if (first === null) {
    trace.error('Could not parse target URL');
    const samples = measure({ hops: [], redirects: 0, lost: true }, { success: false, failedByPattern: false });
    return { kind: 'measured', samples, log: trace.text() };
  }
  const way = await follow(first, module, run, trace);
  const { hops } = way;
  const last = hops.at(-1);
  if (last?.result.outcome === 'void' && !isTheSites(last.result.error, hops)) return answerVoid(last.result, trace);
  return { kind: 'measured', samples: measure(way, judge(way, module, trace)), log: trace.text() };
}

/** Where a redirect leads is the site's doing: an address that may not be dialled is then a failure of its own. */
function isTheSites(error: VoidReason, hops: readonly Hop[]): boolean {
  return hops.length > 1 && error === 'guard_refused';
}

/** From the target to the reply that counts. */
interface Way {
  readonly hops: readonly Hop[];
  /** Redirects that were seen, followed or not. */
  readonly redirects: number;
  /** It ends at a redirect to where nothing can be asked. */
  readonly lost: boolean;
}

/** A target as the exporter reads it: without a scheme it is one of http. */
function urlOf(target: string): URL | null {
  const url = URL.parse(/^https?:\/\//i.test(target) ? target : `http://${target}`);
  if (url === null || url.username !== '' || url.password !== '' || url.port === '0') return null;
  return url;
}

async function follow(first: URL, module: HttpProbeModule, run: RunProbe, trace: ProbeLog): Promise<Way> {
  const hops: Hop[] = [];
  let target = targetOf(first, module);
  const quote = quoteWithout(secretsOf(target));
  for (let url = first; ; ) {
    const reply = new HttpReplyRecord({ keepBody: readsBody(module), verifies: !module.anyCertificate });
    trace.info('Making HTTP request', { url: quote(url.href), method: target.method ?? 'GET' });
    const result = await run(target, reply.watch);
    hops.push({ url, reply, result });
    logResult(result, reply, trace);
    const location = result.outcome === 'ok' ? locationOf(reply) : undefined;
    if (location === undefined) return { hops, redirects: hops.length - 1, lost: false };
    trace.info('Received redirect', { location: quote(location) });
    const redirects = hops.length;
    if (!module.followRedirects || redirects > REDIRECTS_MAX) {
      trace.info('Not following redirect');
      return { hops, redirects, lost: false };
    }
    const next = leadsTo(url, location);
    if (next === null) {
      trace.error('Error for HTTP request', { seen: 'a redirect to what is no http or https URL' });
      return { hops, redirects, lost: true };
    }
    const following = redirected(target, { from: first, to: next, status: reply.status });
    if (following === null) {
      trace.error('Error for HTTP request', { seen: 'a redirect that asks for the body to go to another site' });
      return { hops, redirects, lost: true };
    }
    reply.forgetBody();
    target = following;
    url = next;
  }
}

function targetOf(url: URL, { method, headers, body, authorization, http2 }: HttpProbeModule): HttpTarget {
  const sent = authorization === undefined ? headers : [...headers, { name: 'Authorization', value: authorization }];
  return {
    kind: 'http',
    url: url.href,
    status: ANY_STATUS,
    method,
    http2,
    ...(sent.length === 0 ? {} : { headers: sent }),
    ...(body === undefined ? {} : { body }),
  };
}

/**
 * The next request (RFC 9110, section 15.4). The module's headers and body go nowhere but to the target: any of them may
 * be a secret, and where a redirect leads is the choice of whoever runs the site. Null: the body would have to go there.
 */
function redirected(
  target: HttpTarget,
  { from, to, status }: { readonly from: URL; readonly to: URL; readonly status: number },
): HttpTarget | null {
  const { body, method = 'GET', headers = [], ...rest } = target;
  const isRepeat = status === 307 || status === 308;
  const isHome = to.origin === from.origin || isUpgrade(from, to);
  if (isRepeat && body !== undefined && !isHome) return null;
  return {
    ...rest,
    url: to.href,
    method: isRepeat || method === 'HEAD' ? method : 'GET',
    headers: isHome ? headers : [],
    ...(isRepeat && body !== undefined ? { body } : {}),
  };
}

/** From http to https of the same host, both on their own ports. */
function isUpgrade(from: URL, to: URL): boolean {
  return from.protocol === 'http:' && to.protocol === 'https:' && from.host === to.host && from.port === '';
}

/** What a reply that redirects says of where to; undefined when it does not. */
function locationOf(reply: HttpReplyRecord): string | undefined {
  return REDIRECTS.has(reply.status) ? reply.header('location')[0] : undefined;
}

/** Where a redirect leads; null when that is no http or https URL. */
function leadsTo(url: URL, location: string): URL | null {
  const next = URL.parse(location, url.href);
  if (next === null || !/^https?:$/.test(next.protocol) || next.username !== '' || next.password !== '') return null;
  return next;
}

function logResult(result: ProbeResult, reply: HttpReplyRecord, trace: ProbeLog): void {
  const { address, seen } = result.evidence;
  if (address !== undefined) trace.info('Resolved target address', { ip: address });
  if (reply.status !== 0) trace.info('Received HTTP response', { status_code: reply.status });
  if (result.outcome !== 'ok') {
    trace.error('Error for HTTP request', { error: result.error, ...(seen === undefined ? {} : { seen }) });
  }
}

interface Verdict {
  readonly success: boolean;
  readonly failedByPattern: boolean;
}

function judge({ hops, lost }: Way, module: HttpProbeModule, trace: ProbeLog): Verdict {
  const bad = { success: false, failedByPattern: false };
  const hop = hops.at(-1);
  if (lost || hop === undefined || hop.result.outcome !== 'ok') return bad;
  const { reply } = hop;
  const { status } = reply;
  const isValid = module.statuses.length === 0 ? status >= 200 && status < 300 : module.statuses.includes(status);
  if (!isValid) {
    const wanted = module.statuses.length === 0 ? '2xx' : module.statuses.join(' ');
    trace.error('Invalid HTTP response status code', { status_code: status, valid_status_codes: wanted });
    return bad;
  }
  if (!passes(module, reply, trace)) return { success: false, failedByPattern: true };
  // The exporter writes HTTP/2.0 for what its own file calls so.
  if (module.versions.length > 0 && !module.versions.includes(`HTTP/${reply.version}`)) {
    trace.error('Invalid HTTP version number', { version: reply.version });
    return bad;
  }
  const isSecure = hop.url.protocol === 'https:';
  if (isSecure ? module.failIfSsl : module.failIfNotSsl) {
    trace.error(isSecure ? 'Final request was over SSL' : 'Final request was not over SSL');
    return bad;
  }
  return { success: true, failedByPattern: false };
}

function measure({ hops, redirects, lost }: Way, { success, failedByPattern }: Verdict): ExporterSample[] {
  const first = hops[0]?.result;
  const last = hops.at(-1);
  // What came before the reply broke off counts, as with the exporter.
  const reply = !lost && last !== undefined && last.reply.status !== 0 ? last.reply : undefined;
  const resolved = first?.evidence.address !== undefined;
  const phases = Object.entries(PHASES).filter(([phase]) => resolved || phase === 'resolve');
  const modified = lastModified(reply?.header('last-modified')[0]);
  return [
    ...addressSamples(first?.evidence.address, first?.phases.resolveMs),
    { name: 'probe_success', value: success ? 1 : 0 },
    { name: 'probe_failed_due_to_regex', value: failedByPattern ? 1 : 0 },
    { name: 'probe_http_status_code', value: reply?.status ?? 0 },
    { name: 'probe_http_content_length', value: reply === undefined ? 0 : contentLength(reply) },
    // The exporter leaves the body of a redirect that it does not follow unread.
    { name: 'probe_http_uncompressed_body_length', value: redirects < hops.length ? (reply?.bodyBytes ?? 0) : 0 },
    { name: 'probe_http_redirects', value: redirects },
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

/** What the reply says of its length; -1 where it says nothing, and 0 where the status says that there is none. */
function contentLength(reply: HttpReplyRecord): number {
  if (reply.status === 204 || reply.status === 304) return 0;
  const [length] = reply.header('content-length');
  return length !== undefined && /^\d{1,15}$/.test(length) ? Number(length) : -1;
}

const DAYS = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)';
const TIME = String.raw`\d{2}:\d{2}:\d{2}`;
/** The three forms of an HTTP date (RFC 9110, section 5.6.7), of which servers write the first. */
const DATE_FORMS = [
  new RegExp(String.raw`^${DAYS}, (?<day>\d{2}) (?<month>[A-Z][a-z]{2}) (?<year>\d{4}) (?<time>${TIME}) GMT$`),
  new RegExp(
    String.raw`^${DAYS}[a-z]{3,6}, (?<day>\d{2})-(?<month>[A-Z][a-z]{2})-(?<year>\d{2}) (?<time>${TIME}) GMT$`,
  ),
  new RegExp(String.raw`^${DAYS} (?<month>[A-Z][a-z]{2}) (?<day>[ \d]\d) (?<time>${TIME}) (?<year>\d{4})$`),
];
/** A year of two digits is one of the twentieth century from here on, as the exporter has it. */
const LAST_CENTURY = 69;

/** Unix seconds of an HTTP date; null for anything else. */
function lastModified(text: string | undefined): number | null {
  for (const form of DATE_FORMS) {
    const { day, month, year = '', time } = form.exec(text ?? '')?.groups ?? {};
    if (day === undefined) continue;
    const century = year.length === 4 ? '' : Number(year) >= LAST_CENTURY ? '19' : '20';
    const ms = Date.parse(`${day.trim()} ${month} ${century}${year} ${time} GMT`);
    return Number.isNaN(ms) ? null : ms / 1_000;
  }
  return null;
}
