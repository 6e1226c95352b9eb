/**
 * What a probe costs beside bare undici: `node bench/http-probe.ts [--seconds N]`.
 *
 * One run, one server in a child process, fresh connections, bounded concurrency. The contenders take turns in short
 * rounds, so that a machine that grows slower or busier does so for all of them. CPU is that of this process alone.
 */
import { fork } from 'node:child_process';
import { parseArgs } from 'node:util';
import { Client } from 'undici';
import { createProber } from '../src/probes/probe.ts';
import { DEFAULT_STATUS, type ProbeRequest } from '../src/probes/target.ts';
import { createGuard } from '../src/probes/target-guard.ts';
import { systemClock } from '../src/runtime/clock.ts';

const CONCURRENCY = 32;
const ROUND_MS = 500;

interface Contender {
  readonly name: string;
  readonly once: () => Promise<void>;
  probes: number;
  cpuMicros: number;
  wallMs: number;
}

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '15' } } });
const seconds = Number(values.seconds);
if (!(seconds > 0)) throw new Error(`--seconds: found ${values.seconds}, expected a positive number`);

const server = fork(new URL('./http-server.ts', import.meta.url));
const port = await new Promise<number>((resolve, reject) => {
  server.once('message', (message) => resolve(Number(message)));
  server.once('error', reject);
});
const origin = `http://127.0.0.1:${port}`;

const prober = createProber({ clock: systemClock, guard: createGuard({ allow: ['127.0.0.0/8'] }) });
const request: ProbeRequest = {
  target: { kind: 'http', url: `${origin}/`, status: DEFAULT_STATUS },
  timeoutMs: 10_000,
};

const contenders: Contender[] = [
  contender('undici request', async () => {
    const client = new Client(origin);
    const { statusCode, body } = await client.request({ path: '/', method: 'GET', reset: true });
    await body.dump();
    await client.destroy();
    if (statusCode !== 200) throw new Error(`status ${statusCode}`);
  }),
  contender('undici dispatch', async () => {
    const client = new Client(origin);
    await new Promise<void>((resolve, reject) => {
      client.dispatch(
        { path: '/', method: 'GET', reset: true },
        {
          onRequestStart: () => {},
          onResponseStart: (_controller, status) => status === 200 || reject(new Error(`status ${status}`)),
          onResponseData: () => {},
          onResponseEnd: () => resolve(),
          onResponseError: (_controller, error) => reject(error),
        },
      );
    });
    await client.destroy();
  }),
  contender('prober.run', async () => {
    const result = await prober.run(request);
    if (result.outcome !== 'ok') throw new Error(JSON.stringify(result));
  }),
];

for (const one of contenders) await round(one);
for (const one of contenders) Object.assign(one, { probes: 0, cpuMicros: 0, wallMs: 0 });
const endMs = performance.now() + seconds * 1000;
for (let turn = 0; performance.now() < endMs; turn += 1) {
  for (let k = 0; k < contenders.length; k += 1) {
    const one = contenders[(turn + k) % contenders.length];
    if (one !== undefined) await round(one);
  }
}
await prober.close();
server.disconnect();

for (const one of contenders) {
  const perSecond = Math.round((one.probes / one.wallMs) * 1000);
  console.log(
    `${one.name.padEnd(16)} ${String(perSecond).padStart(6)} probes/s ${cost(one).toFixed(1).padStart(7)} CPU us a probe`,
  );
}
const ours = contenders.at(-1);
for (const bare of contenders.slice(0, -1)) {
  if (ours !== undefined) console.log(`ratio prober.run / ${bare.name}: ${(cost(ours) / cost(bare)).toFixed(3)}`);
}

function contender(name: string, once: () => Promise<void>): Contender {
  return { name, once, probes: 0, cpuMicros: 0, wallMs: 0 };
}

function cost(one: Contender): number {
  return one.cpuMicros / one.probes;
}

async function round(one: Contender): Promise<void> {
  const startMs = performance.now();
  const startCpu = process.cpuUsage();
  let probes = 0;
  const worker = async () => {
    while (performance.now() - startMs < ROUND_MS) {
      await one.once();
      probes += 1;
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  const spent = process.cpuUsage(startCpu);
  one.probes += probes;
  one.cpuMicros += spent.user + spent.system;
  one.wallMs += performance.now() - startMs;
}
