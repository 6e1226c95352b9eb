/** Watches a running daemon: its memory and processor time each second, and a scrape as often as Prometheus makes one. */
import { setTimeout as sleep } from 'node:timers/promises';
import { figuresOf, type ProcessFigures } from './process-figures.ts';
import { quantileBetween, type Scrape, scrape } from './scrape.ts';

export interface Phase {
  readonly seconds: number;
  readonly probes: number;
  readonly probesPerSecond: number;
  /** The busiest stretch between two scrapes. */
  readonly probesPerSecondMost: number;
  readonly failed: number;
  readonly skipped: number;
  readonly latenessP50Ms: number;
  readonly latenessP99Ms: number;
  readonly cpuCores: number;
  readonly mainThreadCores: number;
  readonly rssMiB: number;
  readonly peakRssMiB: number;
  /** Of the main thread between two scrapes: the worst of them, and the median of them. */
  readonly loopP99MsWorst: number;
  readonly loopP99MsMedian: number;
  readonly loopMaxMs: number;
  readonly scrapeMsMedian: number;
  readonly scrapeMsMost: number;
  readonly scrapeMiB: number;
}

const MIB = 1_024 * 1_024;

/** Watches for some time and says what happened in it. */
export async function watch(
  pid: number,
  url: string,
  options: { readonly seconds: number; readonly scrapeEverySeconds: number; readonly say: (line: string) => void },
): Promise<Phase> {
  const { seconds, scrapeEverySeconds, say } = options;
  const scrapes: Scrape[] = [await scrape(url)];
  const figures: ProcessFigures[] = [required(pid)];
  const startedAt = performance.now();
  let peakRss = 0;
  for (let due = scrapeEverySeconds; due <= seconds; due += scrapeEverySeconds) {
    while (performance.now() - startedAt < due * 1_000) {
      await sleep(Math.min(1_000, Math.max(1, due * 1_000 - (performance.now() - startedAt))));
      peakRss = Math.max(peakRss, required(pid).rssBytes);
    }
    const latest = await scrape(url);
    figures.push(required(pid));
    say(progress(scrapes.at(-1) ?? latest, latest, figures));
    scrapes.push(latest);
  }
  return phaseOf(scrapes, figures, (performance.now() - startedAt) / 1_000, peakRss);
}

function phaseOf(scrapes: readonly Scrape[], figures: readonly ProcessFigures[], wall: number, peakRss: number): Phase {
  const [first, last] = [scrapes[0] as Scrape, scrapes.at(-1) as Scrape];
  const [before, after] = [figures[0] as ProcessFigures, figures.at(-1) as ProcessFigures];
  const seconds = (last.at - first.at) / 1_000;
  const probes = last.sum('kepil_probes_total') - first.sum('kepil_probes_total');
  // The first scrape speaks of the time before it.
  const later = scrapes.slice(1);
  const p99s = later.map((one) => one.value('nodejs_eventloop_lag_p99_seconds') * 1_000);
  const rates = later.map((one, i) => rateOf(scrapes[i] as Scrape, one));
  const lateness = (quantile: number) =>
    quantileBetween('kepil_schedule_lateness_seconds', first, last, quantile) * 1_000;
  return {
    seconds,
    probes,
    probesPerSecond: probes / seconds,
    probesPerSecondMost: Math.max(...rates),
    failed: failures(last) - failures(first),
    skipped: last.sum('kepil_slots_skipped_total') - first.sum('kepil_probes_skipped_total'),
    latenessP50Ms: lateness(0.5),
    latenessP99Ms: lateness(0.99),
    cpuCores: (after.cpuSeconds - before.cpuSeconds) / wall,
    mainThreadCores: (after.mainCpuSeconds - before.mainCpuSeconds) / wall,
    rssMiB: after.rssBytes / MIB,
    peakRssMiB: peakRss / MIB,
    loopP99MsWorst: Math.max(...p99s),
    loopP99MsMedian: median(p99s),
    loopMaxMs: Math.max(...later.map((one) => one.value('nodejs_eventloop_lag_max_seconds') * 1_000)),
    scrapeMsMedian: median(later.map((one) => one.durationMs)),
    scrapeMsMost: Math.max(...later.map((one) => one.durationMs)),
    scrapeMiB: last.bytes / MIB,
  };
}

function progress(before: Scrape, now: Scrape, figures: readonly ProcessFigures[]): string {
  const [earlier, later] = [figures.at(-2) as ProcessFigures, figures.at(-1) as ProcessFigures];
  const seconds = (now.at - before.at) / 1_000;
  const p99 = quantileBetween('kepil_schedule_lateness_seconds', before, now, 0.99) * 1_000;
  return [
    `${Math.round(rateOf(before, now))} probes/s`,
    `late p99 ${p99.toFixed(0)} ms`,
    `rss ${(later.rssBytes / MIB).toFixed(0)} MiB`,
    `cpu ${((later.cpuSeconds - earlier.cpuSeconds) / seconds).toFixed(2)}`,
    `main ${((later.mainCpuSeconds - earlier.mainCpuSeconds) / seconds).toFixed(2)}`,
    `loop p99 ${(now.value('nodejs_eventloop_lag_p99_seconds') * 1_000).toFixed(0)} ms`,
    `max ${(now.value('nodejs_eventloop_lag_max_seconds') * 1_000).toFixed(0)} ms`,
    `scrape ${now.durationMs.toFixed(0)} ms, ${(now.bytes / MIB).toFixed(1)} MiB`,
  ].join(', ');
}

function rateOf(before: Scrape, now: Scrape): number {
  return (now.sum('kepil_probes_total') - before.sum('kepil_probes_total')) / ((now.at - before.at) / 1_000);
}

function failures(at: Scrape): number {
  return at.sum('kepil_probes_total') - at.sumOf('kepil_probes_total', 'outcome="ok"');
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

function required(pid: number): ProcessFigures {
  const figures = figuresOf(pid);
  if (!figures) throw new Error('the daemon is gone');
  return figures;
}
