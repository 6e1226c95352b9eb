/** `kepil probe TARGET`: one probe now, from this machine, with everything it showed. No daemon is asked. */
import { readFile } from 'node:fs/promises';
import { parseAddressRange } from '../../config/scalars.ts';
import { nearest } from '../../domain/text/nearest.ts';
import { SECOND } from '../../domain/time/instant.ts';
import { parseDuration, quote } from '../../domain/time/text.ts';
import { chainOf, describeCertificate } from '../../probes/certificate.ts';
import type { CertificateSeen, ProbeResult } from '../../probes/outcome.ts';
import { createProber, type Prober } from '../../probes/probe.ts';
import { describeTarget, type ProbeRequest } from '../../probes/target.ts';
import { createGuard } from '../../probes/target-guard.ts';
import { createTrust, type Trust } from '../../probes/trust.ts';
import { configurationOf, readingOf } from '../configured.ts';
import { BadInput, type CliIo, type ExitCode } from '../io.ts';
import { formatProbe, formatRun, formatSummary, spreads } from '../probe-view.ts';
import { looksLikeAddress, parseTarget } from '../target-text.ts';
import { type Terminal, terminalOf } from '../terminal.ts';
import { warmUp } from '../warm-up.ts';

const DEFAULT_TIMEOUT_MS = 10 * SECOND;
const TIMEOUT_MS_MAX = 300 * SECOND;
const COUNT_MAX = 10_000;
/** A name or an address, perhaps with a port: whoever writes that means a site. */
const HOST = /^[\p{L}\d-]+(?:\.[\p{L}\d-]+)+(?::\d{1,5})?$/u;

export interface ProbeOptions {
  readonly config: string;
  readonly timeout?: string;
  readonly allow?: readonly string[];
  readonly trust?: readonly string[];
  readonly count?: string;
  readonly every?: string;
  readonly json?: boolean;
}

interface Plan {
  readonly request: ProbeRequest;
  readonly allow: readonly string[];
  /** The id of the configured check, if it is one. */
  readonly check?: string;
}

/** Exit code 0: it serves; 1: it fails, once at least; 3: nothing is known of it. */
export async function probe(text: string, options: ProbeOptions, io: CliIo): Promise<ExitCode> {
  const count = options.count === undefined ? 1 : countOption(options.count);
  const everyMs = options.every === undefined ? SECOND : durationOption('every', options.every, 3_600 * SECOND);
  const plan = await planOf(text, options, io);
  const { clock } = io;
  const trust = trustFor(plan.request);
  await warmUp(clock);
  const prober = createProber({ clock, guard: createGuard({ allow: plan.allow }), trust });
  try {
    const runs = await probeAll(plan, { prober, count, everyMs, io, quiet: options.json ?? false });
    const results = runs.map(({ result }) => result);
    if (options.json) io.stdout.write(`${JSON.stringify(toJson(plan, runs), null, 2)}\n`);
    else if (count > 1 && results.length > 0) io.stdout.write(`\n${formatSummary(results, terminalFor(io))}\n`);
    return exitCode(results);
  } finally {
    await prober.close();
  }
}

/**
 * Trust with the authorities read: that takes as long as a lookup, and would be told as one.
 * @throws BadInput when a file holds no certificate.
 */
function trustFor(request: ProbeRequest): Trust {
  const trust = createTrust();
  try {
    if (request.target.kind === 'tls') trust.examinerFor(request.trust);
    else trust.contextFor(request.trust);
    return trust;
  } catch {
    throw new BadInput('--trust: found a file without a certificate, expected PEM certificates');
  }
}

interface Run {
  readonly result: ProbeResult;
  /** The certificates that the server sent, its own first; of several servers the last one's. */
  readonly chain: readonly CertificateSeen[];
}

async function runOnce(prober: Prober, request: ProbeRequest, stop: AbortSignal): Promise<Run> {
  let chain: readonly CertificateSeen[] = [];
  const result = await prober.run(request, stop, {
    secured: (socket) => {
      const certificate = socket.getPeerX509Certificate();
      chain = certificate === undefined ? [] : chainOf(certificate).map(describeCertificate);
    },
  });
  return { result, chain };
}

interface Running {
  readonly prober: Prober;
  readonly count: number;
  readonly everyMs: number;
  readonly io: CliIo;
  readonly quiet: boolean;
}

/** One probe after another, `everyMs` from beginning to beginning, until there are enough or the program is stopped. */
async function probeAll(plan: Plan, { prober, count, everyMs, io, quiet }: Running): Promise<Run[]> {
  const { clock, stop } = io;
  const terminal = terminalFor(io);
  const runs: Run[] = [];
  while (runs.length < count) {
    const beganMs = clock.monotonicMs();
    const run = await runOnce(prober, plan.request, stop);
    if (stop.aborted && runs.length > 0) break;
    runs.push(run);
    if (!quiet) io.stdout.write(`${shown(plan, run, { number: runs.length, count, terminal })}\n`);
    if (stop.aborted || runs.length === count) break;
    try {
      await clock.sleep(Math.max(0, everyMs - (clock.monotonicMs() - beganMs)), stop);
    } catch {
      break;
    }
  }
  return runs;
}

function shown(
  plan: Plan,
  { result, chain }: Run,
  { number, count, terminal }: { readonly number: number; readonly count: number; readonly terminal: Terminal },
): string {
  if (count > 1) return formatRun(number, result, terminal);
  const { check } = plan;
  const view = { target: describeTarget(plan.request.target), result, chain, guard: guardSentence(plan, result) };
  return formatProbe(check === undefined ? view : { ...view, check }, terminal);
}

/** What the guard said of the address; null where no address was found. */
function guardSentence({ allow }: Plan, { evidence, outcome }: ProbeResult): string | null {
  if (evidence.address === undefined) return null;
  const refusal = createGuard({ allow: [] }).refusal(evidence.address);
  if (refusal === null) return 'a public address, may be dialled';
  if (createGuard({ allow }).refusal(evidence.address) === null) return `let through by an allowed range`;
  return outcome === 'void' ? `refused: ${refusal}; --allow RANGE lets it through` : `refused: ${refusal}`;
}

async function planOf(text: string, options: ProbeOptions, io: CliIo): Promise<Plan> {
  const given = options.allow?.map(rangeOption) ?? [];
  const trust = await Promise.all((options.trust ?? []).map((file) => readingOf(file, () => readFile(file, 'utf8'))));
  const timeoutMs =
    options.timeout === undefined ? undefined : durationOption('timeout', options.timeout, TIMEOUT_MS_MAX);
  if (looksLikeAddress(text)) {
    const target = reading('TARGET', () => parseTarget(text));
    const request = { target, timeoutMs: timeoutMs ?? DEFAULT_TIMEOUT_MS, ...(trust.length === 0 ? {} : { trust }) };
    return { request, allow: given };
  }
  const { services } = await configurationOf(options.config, io);
  const checks = [...services].flatMap((service) => service.checks);
  const check = checks.find(({ fact }) => fact.id === text);
  if (check === undefined) {
    const ids = checks.map(({ fact }) => fact.id);
    const near = HOST.test(text) ? `https://${text}/` : nearest(text, ids);
    throw new BadInput(
      `TARGET: found ${quote(text)}, expected a URL such as https://example.kz/, or the id of a configured check such as ` +
        `shop/web/home${near === undefined ? '' : ` (did you mean ${quote(near)}?)`}`,
    );
  }
  const trusted = [...(check.request.trust ?? []), ...trust];
  return {
    request: {
      ...check.request,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...(trusted.length === 0 ? {} : { trust: trusted }),
    },
    allow: [...check.allow, ...given],
    check: text,
  };
}

/** The target itself is not in it: it may hold passwords. */
function toJson({ request, allow, check }: Plan, runs: readonly Run[]) {
  const results = runs.map(({ result }) => result);
  return {
    target: describeTarget(request.target),
    kind: request.target.kind,
    ...(check === undefined ? {} : { check }),
    timeoutMs: request.timeoutMs,
    allow,
    results: runs.map(({ result, chain }) => (chain.length === 0 ? result : { ...result, chain })),
    ...(results.length > 1 ? { summaryMs: Object.fromEntries(spreads(results)) } : {}),
  };
}

function exitCode(results: readonly ProbeResult[]): ExitCode {
  if (results.some(({ outcome }) => outcome === 'fail')) return 1;
  return results.length === 0 || results.some(({ outcome }) => outcome === 'void') ? 3 : 0;
}

function terminalFor(io: CliIo): Terminal {
  return terminalOf(io.stdout, io.environment);
}

function countOption(text: string): number {
  const count = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (count >= 1 && count <= COUNT_MAX) return count;
  throw new BadInput(`--count: found ${quote(text)}, expected a whole number from 1 to ${COUNT_MAX}`);
}

function durationOption(option: string, text: string, most: number): number {
  const ms = reading(`--${option}`, () => parseDuration(text));
  if (ms >= 1 && ms <= most) return ms;
  throw new BadInput(`--${option}: found ${quote(text)}, expected a duration from 1ms to ${most / SECOND}s`);
}

function rangeOption(text: string): string {
  return reading('--allow', () => parseAddressRange(text));
}

function reading<Value>(what: string, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    throw error instanceof RangeError ? new BadInput(`${what}: ${error.message}`) : error;
  }
}
