/**
 * What a probe costs, side by side: `node bench/cost/run.ts [--seconds 30] [--pace saturated,67,667,1667]
 * [--kinds http,https,smtp,imap] [--contenders kepil,prober,exporter,prometheus,undici,thin,socket] [--interval 6] [--rounds 3] [--json]`.
 *
 * One run, one set of targets, fresh connections. At each kind and pace the contenders take turns in rounds, all others at
 * rest meanwhile, so that a machine that grows slower or busier does so for all of them: trust the ratios, not the figures.
 * Probes are counted by the targets. CPU is of the contender's own processes, all threads.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { systemClock } from '../../src/runtime/clock.ts';
import { absence, CONTENDERS, type Contender, type ContenderName, type Round, startContender } from './contenders.ts';
import { KINDS, type Kind, type Pace } from './kinds.ts';
import { type Line, printRound, type Result } from './report.ts';
import type { Serving } from './servers.ts';
import { cpuMicros, residentMiB } from './usage.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '30' },
    pace: { type: 'string', default: 'saturated,67,667,1667' },
    kinds: { type: 'string', default: KINDS.join(',') },
    contenders: { type: 'string', default: CONTENDERS.join(',') },
    interval: { type: 'string', default: '6' },
    rounds: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
  },
});
const seconds = positive('seconds', values.seconds);
const rounds = positive('rounds', values.rounds);
const intervalSeconds = positive('interval', values.interval);
const kinds = values.kinds.split(',').map((name) => oneOf(KINDS, 'kinds', name));
const contenders = values.contenders.split(',').map((name) => oneOf(CONTENDERS, 'contenders', name));
const paces = values.pace.split(',').map((name): Pace => (name === 'saturated' ? null : positive('pace', name)));

/** Warm-up before the first round, of those who hold no fleet. */
const WARM_UP_MS = 1_000;
/** Before each later one. */
const SETTLE_MS = 500;

const targets: ChildProcess = fork(new URL('./servers.ts', import.meta.url));
const [serving] = (await once(targets, 'message')) as [Serving];
const results: Result[] = [];
try {
  for (const kind of kinds) {
    for (const pace of paces) {
      const result = await compare({ kind, pace, serving, intervalSeconds });
      results.push(result);
      if (!values.json) printRound(result);
    }
  }
} finally {
  targets.disconnect();
}
if (values.json) console.log(JSON.stringify(results, null, 2));

async function compare(round: Round): Promise<Result> {
  const { kind, pace } = round;
  const lines = new Map<Contender, Line>();
  const skipped: { name: ContenderName; why: string }[] = [];
  try {
    for (const name of contenders) {
      const why = absence(name, round);
      if (why === null) {
        const started = await startContender(name, round);
        lines.set(started, { name, probes: 0, cpuMicros: 0, wallMs: 0, residentMiB: 0 });
      } else skipped.push({ name, why });
    }
    const all = [...lines.keys()];
    for (const one of all) await turn(one, round, settleMs(one, round, true), 0);
    for (let k = 0; k < rounds; k += 1) {
      for (let n = 0; n < all.length; n += 1) {
        const one = all[(k + n) % all.length] as Contender;
        const line = lines.get(one) as Line;
        const spent = await turn(one, round, settleMs(one, round, false), (seconds * 1_000) / rounds);
        line.probes += spent.probes;
        line.cpuMicros += spent.cpuMicros;
        line.wallMs += spent.wallMs;
        line.residentMiB = Math.max(line.residentMiB, spent.residentMiB);
      }
    }
  } finally {
    for (const one of lines.keys()) await one.close();
  }
  return { kind, pace, lines: [...lines.values()], skipped };
}

/** A fleet that was at rest has first to catch up, then to come back to its even pace; all code has to be warm. */
function settleMs({ name }: Contender, { pace }: Round, isFirst: boolean): number {
  if (name === 'kepil' || name === 'prometheus') return intervalSeconds * (isFirst ? 2 : 1) * 1_000 + 2_000;
  if (!isFirst) return SETTLE_MS;
  return pace === null ? WARM_UP_MS : 2 * WARM_UP_MS;
}

async function turn(one: Contender, { kind }: Round, settle: number, measure: number): Promise<Omit<Line, 'name'>> {
  await one.work();
  await systemClock.sleep(settle);
  const startMs = systemClock.monotonicMs();
  const startServed = await served(kind);
  const startCpu = cpuMicros(one.pids);
  await systemClock.sleep(measure);
  const cpu = cpuMicros(one.pids) - startCpu;
  const probes = (await served(kind)) - startServed;
  const wallMs = systemClock.monotonicMs() - startMs;
  const mib = residentMiB(one.pids);
  await one.rest();
  await systemClock.sleep(200);
  return { probes, cpuMicros: cpu, wallMs, residentMiB: mib };
}

/** How many probes of a kind the targets have served. */
async function served(kind: Kind): Promise<number> {
  const answer = once(targets, 'message');
  targets.send('count');
  const [counts] = (await answer) as [Record<Kind, number>];
  return counts[kind];
}

function positive(option: string, text: string): number {
  const number = Number(text);
  if (number > 0) return number;
  throw new Error(`--${option}: found ${text}, expected a positive number`);
}

function oneOf<T extends string>(list: readonly T[], option: string, text: string): T {
  const found = list.find((one) => one === text);
  if (found !== undefined) return found;
  throw new Error(`--${option}: found ${text}, expected ${list.join(', ')}`);
}
