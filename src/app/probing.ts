/**
 * The probing side of the daemon: the monitor over the configured checks, what it finds on its way to the journal, and its
 * samples to the outputs. Nothing that probes waits for any of them.
 */
import { availableParallelism } from 'node:os';
import type { Configuration } from '../config/configuration.ts';
import type { Fact } from '../domain/facts/fact.ts';
import { Monitor } from '../monitor/monitor.ts';
import { Recorder } from '../monitor/recorder.ts';
import { SelfDoubt } from '../monitor/self-doubt.ts';
import { threadsFor } from '../monitor/shards.ts';
import type { Batch, Sample, WatchedCheck } from '../monitor/watched-check.ts';
import type { InfluxOutput } from '../outputs/influx/influx-output.ts';
import type { Metrics } from '../outputs/metrics/metrics.ts';
import type { Target } from '../probes/target.ts';
import type { StatusView } from '../report/status.ts';
import type { Clock } from '../runtime/clock.ts';
import { mostDescriptors } from '../runtime/descriptors.ts';
import type { Logger } from '../runtime/log.ts';
import { atOnce, inSlices } from '../runtime/slices.ts';
import type { Books } from './books.ts';
import { ProbeTally } from './probe-tally.ts';
import { type CheckPlace, placesOf, watchedChecks } from './watched-checks.ts';

export interface ProbingOptions {
  readonly configuration: Configuration;
  readonly books: Books;
  readonly influx: InfluxOutput | undefined;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly log: Logger;
  /** Says what keeps a part of the daemon from being relied on, and with undefined that it is over. */
  readonly onTrouble: (part: string, error: unknown) => void;
  readonly onFatal: (error: Error) => void;
}

const MOST_THREADS = 8;
/** Descriptors left for the journal, mail, scrapes and name servers. */
const OTHER_DESCRIPTORS = 256;
const FEWEST_IN_FLIGHT = 16;

export class Probing {
  readonly #options: Omit<ProbingOptions, 'configuration'>;
  readonly #vantage: string;
  readonly #recorder: Recorder;
  readonly #monitor: Monitor;
  readonly #tally: ProbeTally;
  readonly #doubt: SelfDoubt | undefined;
  #checks: readonly WatchedCheck[];
  #places: ReadonlyMap<string, CheckPlace>;
  /** By check; made when it is asked for. */
  #targets: ReadonlyMap<string, Target> | undefined;
  #sight: StatusView['sight'];

  constructor({ configuration, ...options }: ProbingOptions) {
    const { books, clock, log } = options;
    const { probing, vantage } = configuration;
    this.#options = options;
    this.#vantage = vantage;
    this.#tally = new ProbeTally(clock);
    this.#places = atOnce(placesOf(configuration));
    this.#checks = atOnce(watchedChecks(configuration, books.feed.ledger, books.now()));
    this.#recorder = this.#createRecorder();
    this.#doubt = probing.canaries ? undefined : new SelfDoubt((check) => this.#places.get(check)?.server ?? check);
    this.#monitor = new Monitor({
      clock,
      threads: probing.threads ?? threadsFor(this.#checks, Math.min(MOST_THREADS, availableParallelism())),
      checks: this.#checks,
      limits: { ...probing.limits, inFlight: mostInFlight(probing.limits.inFlight, log) },
      jitter: probing.jitter,
      canaries: probing.canaries,
      onSight: (isBlind) => this.#noteSight(isBlind),
      onBatch: (batch) => this.#takeIn(batch),
      onWorkerLost: (error, restartMs) => log.error({ error, restartMs }, 'a prober thread was lost and is replaced'),
      onTrouble: (error) => {
        options.onTrouble('probing', error);
        if (error === undefined) log.info('all prober threads live again');
      },
    });
  }

  /** Probes by how they ended, and whether the monitor doubts itself. */
  status(): Pick<StatusView, 'probes' | 'sight'> {
    return { probes: this.#tally.view(), ...(this.#sight === undefined ? {} : { sight: this.#sight }) };
  }

  start(): void {
    this.#monitor.start();
  }

  /** Probes no more; what was found until then has been taken in when it resolves. */
  stop(): Promise<void> {
    return this.#monitor.stop();
  }

  /** Resolves when everything found by now, coverage included, has been recorded; rejects when the journal refuses. */
  flush(): Promise<void> {
    return this.#recorder.flush();
  }

  /** Goes over to the checks of another configuration, which must be on record. Resolves when the threads have been told. */
  async change(configuration: Configuration): Promise<void> {
    const { books, clock } = this.#options;
    const places = await inSlices(placesOf(configuration, this.#places), clock);
    const { ledger } = books.feed;
    this.#checks = await inSlices(watchedChecks(configuration, ledger, books.now(), this.#checks), clock);
    this.#places = places;
    this.#targets = undefined;
    await this.#monitor.change(this.#checks);
  }

  /** What a check probes; undefined: it is not watched. */
  targetOf(check: string): Target | undefined {
    this.#targets ??= new Map(this.#checks.map(({ id, request }) => [id, request.target]));
    return this.#targets.get(check);
  }

  /** Has a fact journalled besides what is found, in its turn and without loss while the journal cannot be written. */
  record(fact: Fact): void {
    this.#recorder.record(fact);
  }

  #createRecorder(): Recorder {
    const { books, clock, log, onTrouble, onFatal } = this.#options;
    const recorder = new Recorder({
      journal: books.journal,
      clock,
      vantage: this.#vantage,
      onRecorded: () => {},
      onTrouble: (error) => {
        onTrouble('journal', error);
        if (error === undefined) log.info('the journal takes facts again');
        else log.error({ error, waiting: recorder.waiting }, 'the journal takes no facts');
      },
      onOverflow: () => onFatal(new Error('the journal has taken no facts for too long')),
    });
    return recorder;
  }

  #takeIn(batch: Batch): void {
    const { metrics, clock } = this.#options;
    this.#recorder.take(batch);
    metrics.probesInFlight(batch.inFlight);
    metrics.probesWaiting(batch.waiting);
    if (batch.skipped > 0) metrics.slotsSkipped(batch.skipped);
    const isDoubtful = this.#doubt?.take(batch.samples, clock.now());
    if (isDoubtful !== undefined) this.#noteDoubt(isDoubtful);
    for (const check of batch.blips) metrics.blip(this.#places.get(check)?.kind ?? 'unknown');
    for (const sample of batch.samples) this.#show(sample);
  }

  /** Hands a sample to the outputs. They may drop it; they may not stop the observing. */
  #show(sample: Sample): void {
    const { metrics, influx, log } = this.#options;
    const place = this.#places.get(sample.check);
    if (!place) return;
    try {
      const shown = { ...place, ...sample, vantage: this.#vantage };
      this.#tally.add(sample.outcome);
      metrics.scheduleLateness(sample.latenessMs);
      metrics.probe(shown);
      influx?.sample(shown);
    } catch (error) {
      log.error({ error, check: sample.check }, 'a sample could not be shown');
    }
  }

  #noteSight(isBlind: boolean): void {
    const { metrics, log } = this.#options;
    this.#sight = isBlind ? 'blind' : undefined;
    metrics.monitorBlind(isBlind);
    if (isBlind) log.error('the canaries do not answer: the monitor is blind, and nothing that it sees counts');
    else log.info('the canaries answer: the monitor sees again');
  }

  #noteDoubt(isDoubtful: boolean): void {
    const { metrics, log } = this.#options;
    this.#sight = isDoubtful ? 'doubtful' : undefined;
    metrics.monitorDoubtful(isDoubtful);
    if (isDoubtful) {
      log.warn('most servers fail at once: they are down, or this machine is cut off; canaries would tell');
    } else log.info('most servers no longer fail at once');
  }
}

/** Probes at once: as configured, or as many as there are descriptors for. */
function mostInFlight(configured: number, log: Logger): number {
  const descriptors = mostDescriptors();
  if (descriptors === undefined || descriptors - OTHER_DESCRIPTORS >= configured) return configured;
  const inFlight = Math.max(FEWEST_IN_FLIGHT, descriptors - OTHER_DESCRIPTORS);
  log.warn({ descriptors, inFlight, configured }, 'fewer descriptors than probes at once');
  return inFlight;
}
