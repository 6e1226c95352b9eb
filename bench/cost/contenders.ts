/** Those who are compared: which processes each runs, whose CPU counts, and how each is put to work and to rest. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../src/runtime/clock.ts';
import { freePort } from '../../test/support/servers/port.ts';
import { installed } from '../../test/support/servers/program.ts';
import { respondsWell, type Server, serverFolder, startServer } from '../../test/support/servers/server.ts';
import { endGroup, spawnTied } from '../../test/support/tied-process.ts';
import { type FleetSettings, writeExporter, writeKepil, writePrometheus } from './configurations.ts';
import type { Kind, Pace } from './kinds.ts';
import type { LoadOrder, LoadSort } from './load.ts';
import type { Serving } from './servers.ts';

export const CONTENDERS = ['kepil', 'prober', 'exporter', 'prometheus', 'undici', 'thin', 'socket'] as const;
export type ContenderName = (typeof CONTENDERS)[number];

export interface Round {
  readonly kind: Kind;
  readonly pace: Pace;
  readonly serving: Serving;
  readonly intervalSeconds: number;
}

/** A contender at work: begun at rest. */
export interface Contender {
  readonly name: ContenderName;
  /** Whose CPU and memory count. */
  readonly pids: readonly number[];
  work(): Promise<void>;
  rest(): Promise<void>;
  /** Ends its processes. Throws when what it did was not what the others did. */
  close(): Promise<void>;
}

const START_WITHIN_MS = 120_000;
const STOP_WITHIN_MS = 10_000;
const LAUNCH = fileURLToPath(new URL('../../src/launch.js', import.meta.url));

/** Why a contender cannot take part, in one sentence; null when it can. */
export function absence(name: ContenderName, { kind, pace }: Pick<Round, 'kind' | 'pace'>): string | null {
  if (name === 'undici' && (kind === 'smtp' || kind === 'imap')) return 'undici speaks HTTP only';
  if (name === 'thin' && kind !== 'http') return 'the thin exchange is one of HTTP';
  if ((name === 'kepil' || name === 'prometheus') && pace === null) return `${name} runs at a pace only`;
  if (name === 'exporter' || name === 'prometheus') {
    if (!installed('prometheus-blackbox-exporter')) return 'prometheus-blackbox-exporter is not installed';
  }
  if (name === 'prometheus' && !installed('prometheus')) return 'prometheus is not installed';
  return null;
}

export function startContender(name: ContenderName, round: Round): Promise<Contender> {
  switch (name) {
    case 'kepil':
      return startKepil(round);
    case 'prometheus':
      return startPrometheus(round);
    case 'exporter':
      return startDriven(round);
    case 'prober':
    case 'undici':
    case 'thin':
    case 'socket':
      return startLoad(name, name, round);
  }
}

/** The whole daemon: `kepil serve` with a configuration of as many checks as make the pace. */
async function startKepil(round: Round): Promise<Contender> {
  const { serving } = round;
  const folder = await serverFolder('kepil');
  const port = await freePort();
  const main = await writeKepil(folder, fleetOf(round), { port, ca: serving.ca });
  const child = spawnTied(process.execPath, [...nodeOptions(), LAUNCH, 'serve', '--config', main]);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString('utf8')).slice(-4_096);
    });
  }
  const deadline = systemClock.monotonicMs() + START_WITHIN_MS;
  while (!(await respondsWell(`http://127.0.0.1:${port}/health/ready`))) {
    if (child.exitCode !== null || systemClock.monotonicMs() > deadline) throw new Error(`kepil: ${output}`);
    await systemClock.sleep(100);
  }
  const { pid } = child;
  if (pid === undefined) throw new Error('kepil has no process id');
  child.kill('SIGSTOP');
  return {
    name: 'kepil',
    pids: [pid],
    work: async () => void child.kill('SIGCONT'),
    rest: async () => void child.kill('SIGSTOP'),
    async close() {
      child.kill('SIGCONT');
      const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
      const bad = text.match(/^kepil_probes_total\{.*outcome="(?!ok).*$/gm) ?? [];
      await endGroup(child, STOP_WITHIN_MS);
      await rm(folder, { recursive: true, force: true });
      if (bad.length > 0) console.error(`kepil: not all probes were ok: ${bad.join(' ')}`);
    },
  };
}

/** Options for the daemon's Node, to profile it or to try a setting: `BENCH_NODE_OPTIONS="--cpu-prof"`. */
function nodeOptions(): readonly string[] {
  return (process.env.BENCH_NODE_OPTIONS ?? '').split(' ').filter((option) => option !== '');
}

/** The exporter, asked by a client whose own cost does not count. */
async function startDriven(round: Round): Promise<Contender> {
  const exporter = await startExporter(round);
  const driver = await startLoad('exporter', 'driver', round, exporter.port);
  return {
    ...driver,
    pids: [exporter.pid],
    async close() {
      await driver.close();
      await exporter.server.close();
    },
  };
}

/** Prometheus with every target, and the exporter behind it: both count. */
async function startPrometheus(round: Round): Promise<Contender> {
  const exporter = await startExporter(round);
  const folder = await serverFolder('prometheus');
  const port = await freePort();
  const file = await writePrometheus(folder, fleetOf(round), exporter.port);
  const server = await startServer({
    program: 'prometheus',
    args: [
      `--config.file=${file}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    folder,
    ready: () => respondsWell(`http://127.0.0.1:${port}/-/ready`),
  });
  await server.stop();
  return {
    name: 'prometheus',
    get pids() {
      return [pidOf(server), exporter.pid];
    },
    // It has nothing to warm up, and a fleet that catches up after a pause would drown the exporter.
    work: () => server.start(),
    rest: () => server.stop(),
    async close() {
      await server.close();
      await exporter.server.close();
    },
  };
}

async function startExporter({ serving }: Round): Promise<{ server: Server; port: number; pid: number }> {
  const folder = await serverFolder('exporter');
  const port = await freePort();
  const authority = join(folder, 'ca.pem');
  await writeFile(authority, serving.ca);
  const server = await startServer({
    program: 'prometheus-blackbox-exporter',
    args: [
      `--config.file=${await writeExporter(folder)}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=error',
    ],
    folder,
    // Read once, as if it were the system's: a file of the module's own would be read for each probe.
    env: { SSL_CERT_FILE: authority },
    ready: () => respondsWell(`http://127.0.0.1:${port}/-/healthy`),
  });
  return { server, port, pid: pidOf(server) };
}

async function startLoad(
  name: ContenderName,
  sort: LoadSort,
  { kind, pace, serving }: Round,
  exporterPort?: number,
): Promise<Contender> {
  const child: ChildProcess = fork(new URL('./load.ts', import.meta.url), { execArgv: [...nodeOptions()] });
  const order: LoadOrder = {
    sort,
    kind,
    pace,
    ports: serving.ports[kind],
    ca: serving.ca,
    ...(exporterPort === undefined ? {} : { exporterPort }),
  };
  child.send(order);
  await once(child, 'message');
  const { pid } = child;
  if (pid === undefined) throw new Error(`${name} has no process id`);
  return {
    name,
    pids: [pid],
    work: async () => void child.send('run'),
    rest: async () => void child.send('rest'),
    async close() {
      if (child.exitCode !== null) throw new Error(`${name} ended early with code ${child.exitCode}`);
      child.disconnect();
      await once(child, 'exit');
    },
  };
}

function fleetOf({ kind, pace, serving, intervalSeconds }: Round): FleetSettings {
  if (pace === null) throw new RangeError('a fleet has a pace');
  return { kind, ports: serving.ports[kind], targets: Math.round(pace * intervalSeconds), intervalSeconds };
}

function pidOf(server: Server): number {
  if (server.pid === undefined) throw new Error('the server has no process id');
  return server.pid;
}
