/** What the acceptance suites ask of a running Kepil, and how they read its answers. */
import { monthInterval, monthOf } from '../../src/domain/time/contract-calendar.ts';
import { type Instant, MINUTE, type Millis } from '../../src/domain/time/instant.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { type Daemon, runKepil, startDaemon } from '../support/daemon.ts';
import type { DaemonConfig } from '../support/daemon-config.ts';

/** GMT+5, the shipped contract's clock. */
export const OFFSET_MINUTES = 300;
const START_WITHIN_MS = 15_000;

/** Starts the daemon; it probes and answers when this resolves. */
export async function startKepil({ path }: Pick<DaemonConfig, 'path'>): Promise<Daemon> {
  const daemon = startDaemon({ configPath: path });
  try {
    await daemon.waitForLog((line) => line.msg === 'kepil is running', START_WITHIN_MS);
    return daemon;
  } catch (error) {
    await daemon.stop();
    throw error;
  }
}

/** Runs a verb on the configuration. Throws with what it wrote to stderr unless it exits with 0. */
export async function kepil({ path }: Pick<DaemonConfig, 'path'>, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runKepil([...args, '--config', path]);
  if (code !== 0) throw new Error(`kepil ${args.join(' ')}: exit code ${code}\n${stderr}`);
  return stdout;
}

/** What of a printed statement the suites look at. */
export interface PrintedStatement {
  readonly service: string;
  readonly month: {
    readonly ms: Readonly<Record<'up' | 'planned' | 'excluded' | 'unplanned' | 'unknown' | 'outside', number>>;
    readonly unplannedMinMs: number;
    readonly unplannedMaxMs: number;
    readonly outages: number;
  };
  readonly year: { readonly ms: PrintedStatement['month']['ms'] };
  readonly segments: readonly { readonly start: string; readonly end: string; readonly class: string }[];
  readonly credit: { readonly accrued: string; readonly cap: string };
}

interface PrintedSet {
  readonly services: readonly PrintedStatement[];
}

/** `kepil statement --json` of one service; of the current month unless one is named. */
export async function statementOf(config: DaemonConfig, service: string, month?: string): Promise<PrintedStatement> {
  const named = month === undefined ? [] : ['--month', month];
  return onlyOne(JSON.parse(await kepil(config, 'statement', '--json', '--service', service, ...named)));
}

/** `/api/v1/statements` of one service; of the current month unless one is named. */
export async function servedStatementOf(
  { url }: DaemonConfig,
  service: string,
  month?: string,
): Promise<PrintedStatement> {
  const query = new URLSearchParams({ service, ...(month === undefined ? {} : { month }) });
  return onlyOne(await (await fetch(`${url}/api/v1/statements?${query}`)).json());
}

function onlyOne(set: unknown): PrintedStatement {
  const [statement, ...more] = (set as PrintedSet).services;
  if (statement === undefined || more.length > 0) throw new Error('statement: expected exactly one');
  return statement;
}

/** The value of one series on the daemon's `/metrics`, as printed; absent when the series is. */
export async function metric({ url }: DaemonConfig, series: string): Promise<string | undefined> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const line = text.split('\n').find((one) => one.startsWith(`${series} `));
  return line?.slice(series.length + 1);
}

/** Milliseconds of a metric in seconds. Throws when it was rounded to less than a millisecond's precision. */
export function metricMs(value: string | undefined): Millis {
  const match = /^(\d+)(?:\.(\d{1,3}))?$/.exec(value ?? '');
  if (!match) throw new Error(`metric: found ${value}, expected seconds with at most three decimals`);
  return Number(match[1]) * 1_000 + Number((match[2] ?? '').padEnd(3, '0'));
}

/** What the contract owes in KZT for unplanned downtime (cl. 8.3), by integers alone: fee × ms / 360 000 000. */
export function creditOf(monthlyFee: string, ms: Millis): string {
  const feeMinor = BigInt(monthlyFee.replace('.', ''));
  const owed = (2n * feeMinor * BigInt(ms) + 360_000_000n) / 720_000_000n;
  const minor = owed > feeMinor ? feeMinor : owed;
  return `${minor / 100n}.${String(minor % 100n).padStart(2, '0')}`;
}

/**
 * Waits until the contract-clock month neither began within the last minute nor ends within the next three: a suite whose
 * outage fell into two months would have to speak of both.
 */
export async function awayFromMonthEnd(): Promise<void> {
  const now = systemClock.now();
  const { start, end } = monthInterval(monthOf(now, OFFSET_MINUTES), OFFSET_MINUTES);
  const calm: Instant = now + 3 * MINUTE > end ? end + MINUTE : start + MINUTE;
  if (calm > now) await systemClock.sleep(calm - now);
}
