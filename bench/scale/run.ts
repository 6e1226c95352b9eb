/**
 * The whole daemon at the size of a hosting provider: how late it probes, what it weighs, whether its event loop stays
 * free while Prometheus scrapes it, and how soon it finds that half of the fleet has died.
 *
 *     node bench/scale/run.ts --services 100000 --mail 20000 --interval 60 --timeout 10 --minutes 10 --scrape 15
 *
 * See docs/benchmarks.md. Without options it is the short form: some thousand targets, half a minute.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { freePort } from '../../test/support/servers/port.ts';
import { startDaemon } from './daemon-process.ts';
import { writeFleet } from './fleet-files.ts';
import { foundOutages } from './found-outages.ts';
import { figuresOf } from './process-figures.ts';
import type { Death, Served, ServersMessage } from './servers.ts';
import { type Figure, figuresOfRun, printed } from './summary.ts';
import { type Phase, watch } from './watch.ts';

const { values } = parseArgs({
  options: {
    services: { type: 'string', default: '2000' },
    mail: { type: 'string', default: '400' },
    interval: { type: 'string', default: '5' },
    timeout: { type: 'string', default: '3' },
    https: { type: 'string', default: '0' },
    minutes: { type: 'string', default: '0.25' },
    scrape: { type: 'string', default: '5' },
    die: { type: 'string', default: 'closed' },
    json: { type: 'string' },
    keep: { type: 'boolean', default: false },
  },
});
const count = (name: 'services' | 'mail' | 'interval' | 'timeout' | 'https' | 'minutes' | 'scrape'): number => {
  const found = Number(values[name]);
  if (!(found >= 0)) throw new Error(`--${name}: found ${values[name]}, expected a number from 0`);
  return found;
};
const death = ((['closed', 'silent', 'none'] as const).find((one) => one === values.die) ??
  fail(`--die: found ${values.die}, expected closed, silent or none`)) as Death | 'none';
const options = {
  services: count('services'),
  mail: count('mail'),
  intervalSeconds: count('interval'),
  timeoutSeconds: count('timeout'),
  https: count('https'),
  minutes: count('minutes'),
  scrapeEverySeconds: count('scrape'),
  death,
};
/** Two more probes, after two and five seconds, confirm the first that failed. */
const CONFIRMATION_SECONDS = 7;

const say = (line: string): void => console.log(line);
const folder = await mkdtemp(join(tmpdir(), 'kepil-scale-'));
const servers = fork(new URL('./servers.ts', import.meta.url));
const heard = async <Kind extends ServersMessage['kind']>(kind: Kind) => {
  for (;;) {
    const [message] = (await once(servers, 'message')) as [ServersMessage];
    if (message.kind === kind) return message as Extract<ServersMessage, { kind: Kind }>;
  }
};
const served: Served = (await heard('served')).served;
const port = await freePort();
const fleet = await writeFleet(folder, port, served, options);
const metricsUrl = `http://127.0.0.1:${port}/metrics`;
say(
  `${fleet.webChecks} web checks each ${options.intervalSeconds} s, ${fleet.mailChecks} mail checks each ${2 * options.intervalSeconds} s`,
);

let peakStartRss = 0;
let daemonPid = 0;
const sampling = setInterval(() => {
  peakStartRss = Math.max(peakStartRss, figuresOf(daemonPid)?.rssBytes ?? 0);
}, 100);
const daemon = await startDaemon(fleet.configPath, (pid) => {
  daemonPid = pid;
});
clearInterval(sampling);
say(
  `running after ${(daemon.startupMs / 1_000).toFixed(1)} s, ${(peakStartRss / 1_048_576).toFixed(0)} MiB at most on the way`,
);

/** All checks have been seen up: the first slots of the slowest are within two intervals. */
await sleep((2 * options.intervalSeconds + 2) * 1_000);
say('steady');
const steady = await watch(daemon.pid, metricsUrl, {
  seconds: options.minutes * 60,
  scrapeEverySeconds: options.scrapeEverySeconds,
  say,
});

let dead: Phase | undefined;
let died = { from: Number.POSITIVE_INFINITY, to: Number.POSITIVE_INFINITY };
/** Within this every death should be found: the slowest check's interval, its timeout when silence must be waited for. */
const findWithinSeconds =
  2 * options.intervalSeconds + CONFIRMATION_SECONDS + (death === 'silent' ? 3 * options.timeoutSeconds : 0);
if (death !== 'none') {
  servers.send({ kind: 'die', death });
  died = await heard('died');
  say(`half of the servers have died: ${fleet.mortalChecks} checks`);
  const seconds = Math.ceil((findWithinSeconds + 5) / options.scrapeEverySeconds) * options.scrapeEverySeconds;
  dead = await watch(daemon.pid, metricsUrl, { seconds, scrapeEverySeconds: options.scrapeEverySeconds, say });
}
const stopMs = await daemon.stop();
const found = foundOutages(fleet.journalPath, died, fleet.isMortal);

say('starting again on the journal it left');
const again = await startDaemon(fleet.configPath, () => {});
await again.stop();
servers.disconnect();

const figures: readonly Figure[] = figuresOfRun({
  options,
  fleet,
  startupMs: daemon.startupMs,
  restartMs: again.startupMs,
  peakStartRssMiB: peakStartRss / 1_048_576,
  stopMs,
  steady,
  dead,
  found,
  findWithinSeconds,
  errorLines: [...daemon.logLines].filter(([message]) => /lost|takes no facts|cannot|could not/.test(message)),
});
say(
  `\n${cpus().length} cores, ${cpus()[0]?.model ?? 'unknown processor'}, node ${process.version}\n${printed(figures)}`,
);
if (values.json !== undefined)
  await writeFile(values.json, `${JSON.stringify({ options, figures, steady, dead }, null, 2)}\n`);
if (values.keep) say(`kept: ${folder}`);
else await rm(folder, { recursive: true, force: true });

function fail(message: string): never {
  throw new Error(message);
}
