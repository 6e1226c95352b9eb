/**
 * What one scrape of a large fleet costs and how long it holds the event loop: the metrics module behind the HTTP side, nothing
 * probed, read by another process on this machine. `--busy 1` beside a round's own work in slices of 3 ms.
 * `node bench/metrics-scrape.ts --services 100000`
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { createServer } from '../src/api/server.ts';
import { FleetFigures } from '../src/domain/contract/fleet-figures.ts';
import { createMetrics } from '../src/outputs/metrics/metrics.ts';
import { shown, statement } from '../test/outputs/metrics/sample-metrics.ts';

const { values } = parseArgs({
  options: {
    services: { type: 'string', default: '100000' },
    scrapes: { type: 'string', default: '3' },
    busy: { type: 'string', default: '0' },
  },
});

const SLICE_MS = 3;
const READER = `
  const before = performance.now();
  require('node:http').get(process.argv[1], (response) => {
    let bytes = 0;
    response.on('data', (chunk) => { bytes += chunk.length; });
    response.once('end', () => console.log(JSON.stringify({ bytes, ms: performance.now() - before })));
  });
`;

const figures = new FleetFigures();
const metrics = createMetrics({ figures, version: 'bench', startedAt: 0, errorWords: [], processMetrics: true });
for (let i = 0; i < Number(values.services); i += 1) {
  const month = { up: 1_700_000_123 + i * 7, unplanned: i % 3 === 0 ? 59_123 : 0, planned: 0 };
  const of = statement({
    service: `service-${String(i).padStart(6, '0')}`,
    month,
    year: month,
    accruedMinor: BigInt(i % 3),
  });
  figures.set(shown(of, { customer: `customer-${i >> 1}` }));
  if (i % 2 === 0) {
    const ms = { planned: 0, excluded: 0, unplanned: 59_123 };
    metrics.outage({ id: `o${i}`, service: of.service, start: 1_795_000_000_123 + i, end: 1_795_000_059_246 + i, ms });
  }
}
const server = createServer({
  metrics,
  unready: () => [],
  status: () => {
    throw new Error('not asked');
  },
  statements: () => {
    throw new Error('not asked');
  },
  probe: { clients: [], names: [], answer: () => Promise.reject(new Error('not asked')) },
});
const address = await server.listen({ host: '127.0.0.1', port: 0 });
let isBusy = values.busy !== '0';
if (isBusy) work();

for (let i = 0; i < Number(values.scrapes); i += 1) {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const cpu = process.threadCpuUsage();
  const all = process.cpuUsage();
  delay.enable();
  const reader = spawn(process.execPath, ['-e', READER, `${address}/metrics`]);
  let said = '';
  reader.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  await once(reader, 'close');
  delay.disable();
  const { bytes, ms } = JSON.parse(said) as { bytes: number; ms: number };
  const main = process.threadCpuUsage(cpu);
  const whole = process.cpuUsage(all);
  console.log(
    `${(ms / 1e3).toFixed(2)} s, ${(bytes / 1e6).toFixed(1)} MB, main thread ${((main.user + main.system) / 1e6).toFixed(2)} s, ` +
      `process ${((whole.user + whole.system) / 1e6).toFixed(2)} s, event loop p99 ${(delay.percentile(99) / 1e6).toFixed(1)} ms, ` +
      `longest ${(delay.max / 1e6).toFixed(1)} ms, RSS ${(process.memoryUsage.rss() / 1e6).toFixed(0)} MB`,
  );
}
isBusy = false;
await server.close();

function work(): void {
  const until = performance.now() + SLICE_MS;
  while (performance.now() < until);
  if (isBusy) setImmediate(work);
}
