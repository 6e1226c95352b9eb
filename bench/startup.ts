/**
 * How long a fleet's daemon is away at an update: its start on an empty journal, a calm while, reloads (nothing changed; one file
 * changed; all files changed), and its start on the journal it left, each with processor time, memory and how long the main thread's event
 * loop was held. `node bench/startup.ts [SERVICES]`, default 2000; the targets answer, in a process of their own.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../test/support/servers/port.ts';
import { type DaemonProcess, startDaemon } from './scale/daemon-process.ts';
import { writeFleet } from './scale/fleet-files.ts';
import { figuresOf, type ProcessFigures } from './scale/process-figures.ts';
import { scrape } from './scale/scrape.ts';
import type { Served, ServersMessage } from './scale/servers.ts';

const SAMPLED_EACH_MS = 50;
/** After a start and after a reload: what is left to do for the first round, and for V8 to give memory back. */
const REST_MS = 5_000;
const CALM_MS = 10_000;
/** Slow, so that what is measured is not the probing. */
const INTERVAL_SECONDS = 300;
const RELOAD_WITHIN_MS = 600_000;
const MIB = 1_048_576;

const services = Number(process.argv[2] ?? 2_000);
if (!(services >= 1)) throw new Error(`services: found ${process.argv[2]}, expected a number from 1`);

const folder = await mkdtemp(join(tmpdir(), 'kepil-startup-'));
const servers = fork(new URL('./scale/servers.ts', import.meta.url));
const port = await freePort();
const fleet = await writeFleet(folder, port, await servedBy(servers), {
  services,
  mail: Math.floor(services / 5),
  intervalSeconds: INTERVAL_SECONDS,
  timeoutSeconds: 3,
  https: 0,
});
const metricsUrl = `http://127.0.0.1:${port}/metrics`;
console.log(
  `${services} services, ${fleet.webChecks + fleet.mailChecks} checks; ${cpus().length} cores, ${process.version}`,
);
console.log(
  ['', 'seconds', 'CPU s', 'main CPU s', 'peak MiB', 'after MiB', 'loop p99 ms', 'loop max ms']
    .map((title) => title.padStart(12))
    .join(''),
);

const first = await start('start');
await calm(first);
await reload(first, 'unchanged', async () => {});
await reload(first, 'one file', () => rename(1));
await reload(first, 'all files', () => rename(Number.POSITIVE_INFINITY));
await first.stop();
const again = await start('restart');
await again.stop();
servers.disconnect();
await rm(folder, { recursive: true, force: true });

async function start(name: string): Promise<DaemonProcess> {
  let pid = 0;
  const watched = watchMemory(() => pid);
  const daemon = await startDaemon(fleet.configPath, (started) => {
    pid = started;
  });
  const figures = required(pid);
  const peak = watched.stop();
  await sleep(REST_MS);
  print(name, daemon.startupMs, [figures.cpuSeconds, figures.mainCpuSeconds], peak, required(pid).rssBytes);
  return daemon;
}

async function reload({ pid, logLines }: DaemonProcess, name: string, change: () => Promise<void>): Promise<void> {
  await change();
  const said = () =>
    (logLines.get('the configuration was reloaded') ?? 0) + (logLines.get('the configuration was not reloaded') ?? 0);
  const saidBefore = said();
  // The gauges speak of the time since the scrape before.
  await scrape(metricsUrl);
  await sleep(1_000);
  const before = required(pid);
  await scrape(metricsUrl);
  const watched = watchMemory(() => pid);
  const startedAt = performance.now();
  process.kill(pid, 'SIGHUP');
  while (said() === saidBefore) {
    if (performance.now() - startedAt > RELOAD_WITHIN_MS) throw new Error('the daemon does not reload');
    await sleep(10);
  }
  const took = performance.now() - startedAt;
  const after = required(pid);
  const peak = watched.stop();
  const { value } = await scrape(metricsUrl);
  await sleep(REST_MS);
  print(
    name,
    took,
    [after.cpuSeconds - before.cpuSeconds, after.mainCpuSeconds - before.mainCpuSeconds],
    peak,
    required(pid).rssBytes,
    [value('nodejs_eventloop_lag_p99_seconds') * 1_000, value('nodejs_eventloop_lag_max_seconds') * 1_000],
  );
}

/** What the loop is held by scrapes, rounds and other programs alone: what the other rows have to be read beside. */
async function calm({ pid }: DaemonProcess): Promise<void> {
  await scrape(metricsUrl);
  const before = required(pid);
  const watched = watchMemory(() => pid);
  await sleep(CALM_MS);
  const after = required(pid);
  const peak = watched.stop();
  const { value } = await scrape(metricsUrl);
  print(
    'calm',
    CALM_MS,
    [after.cpuSeconds - before.cpuSeconds, after.mainCpuSeconds - before.mainCpuSeconds],
    peak,
    required(pid).rssBytes,
    [value('nodejs_eventloop_lag_p99_seconds') * 1_000, value('nodejs_eventloop_lag_max_seconds') * 1_000],
  );
}

/** Gives the customers in so many files other names. */
async function rename(files: number): Promise<void> {
  const names = await readdir(join(folder, 'services'));
  for (const name of names.toSorted().slice(0, files)) {
    const path = join(folder, 'services', name);
    await writeFile(path, (await readFile(path, 'utf8')).replaceAll(' ЖШС"', ' ЖШС, new"'));
  }
}

function print(
  name: string,
  ms: number,
  [cpuSeconds, mainCpuSeconds]: readonly [number, number],
  peak: number,
  rss: number,
  loop: readonly number[] = [],
): void {
  const cells = [ms / 1_000, cpuSeconds, mainCpuSeconds].map((seconds) => seconds.toFixed(2));
  const others = [peak / MIB, rss / MIB, ...loop].map((value) => value.toFixed(0));
  console.log([name, ...cells, ...others].map((cell) => cell.padStart(12)).join(''));
}

function watchMemory(pid: () => number): { stop(): number } {
  let peak = 0;
  const timer = setInterval(() => {
    peak = Math.max(peak, figuresOf(pid())?.rssBytes ?? 0);
  }, SAMPLED_EACH_MS);
  return {
    stop() {
      clearInterval(timer);
      return peak;
    },
  };
}

function required(pid: number): ProcessFigures {
  const figures = figuresOf(pid);
  if (!figures) throw new Error('the daemon is gone');
  return figures;
}

async function servedBy(child: ChildProcess): Promise<Served> {
  for (;;) {
    const [message] = (await once(child, 'message')) as [ServersMessage];
    if (message.kind === 'served') return message.served;
  }
}
