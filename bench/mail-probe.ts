/**
 * What an SMTP and an IMAP probe cost beside bare sockets that hold the same conversation:
 * `node bench/mail-probe.ts [--seconds N]`.
 *
 * One run, one server in a child process, fresh connections, bounded concurrency. The contenders take turns in short
 * rounds, so that a machine that grows slower or busier does so for all of them. CPU is that of this process alone.
 */
import { fork } from 'node:child_process';
import { connect } from 'node:net';
import { parseArgs } from 'node:util';
import { createProber } from '../src/probes/probe.ts';
import type { ProbeRequest } from '../src/probes/target.ts';
import { createGuard } from '../src/probes/target-guard.ts';
import { systemClock } from '../src/runtime/clock.ts';

const CONCURRENCY = 32;
const ROUND_MS = 250;

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

const server = fork(new URL('./mail-server.ts', import.meta.url));
const ports = await new Promise<{ smtp: number; imap: number }>((resolve, reject) => {
  server.once('message', (message) => resolve(message as { smtp: number; imap: number }));
  server.once('error', reject);
});

const prober = createProber({ clock: systemClock, guard: createGuard({ allow: ['127.0.0.0/8'] }) });

const contenders: Contender[] = [
  contender('smtp: bare socket', () => converse(ports.smtp, '220 ', ['EHLO [127.0.0.1]', '250 '], ['QUIT', '221 '])),
  contender('smtp: prober.run', probeOf('smtp', ports.smtp)),
  contender('imap: bare socket', () =>
    converse(ports.imap, '* OK', ['k1 CAPABILITY', 'k1 OK'], ['k2 LOGOUT', 'k2 OK']),
  ),
  contender('imap: prober.run', probeOf('imap', ports.imap)),
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
    `${one.name.padEnd(18)} ${String(perSecond).padStart(6)} probes/s ${cost(one).toFixed(1).padStart(7)} CPU us a probe`,
  );
}
for (const protocol of ['smtp', 'imap']) {
  const [bare, ours] = contenders.filter(({ name }) => name.startsWith(protocol));
  if (bare === undefined || ours === undefined) continue;
  console.log(`ratio ${protocol}: prober.run / bare socket: ${(cost(ours) / cost(bare)).toFixed(3)}`);
}

/** Waits for the end of each reply, as it stands at the beginning of a line, and sends what comes next. */
function converse(port: number, greeting: string, ...commands: readonly (readonly [string, string])[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' });
    let unread = '';
    let awaited = greeting;
    let step = 0;
    socket.on('error', reject);
    socket.on('data', (chunk) => {
      unread += chunk.toString('latin1');
      if (!unread.endsWith('\n') || !(unread.startsWith(awaited) || unread.includes(`\n${awaited}`))) return;
      unread = '';
      const next = commands[step];
      step += 1;
      if (next === undefined) {
        socket.destroy();
        resolve();
      } else {
        awaited = next[1];
        socket.write(`${next[0]}\r\n`);
      }
    });
  });
}

function probeOf(kind: 'smtp' | 'imap', port: number): () => Promise<void> {
  const request: ProbeRequest = { target: { kind, host: '127.0.0.1', port, security: 'plain' }, timeoutMs: 10_000 };
  return async () => {
    const result = await prober.run(request);
    if (result.outcome !== 'ok') throw new Error(JSON.stringify(result));
  };
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
