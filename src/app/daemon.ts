/**
 * The daemon: wires the rooms together, starts them in order and stops them in the reverse of it.
 *
 * Probes → recorder → journal → ledger → fleet → outputs, and nothing flows back. Nothing that probes waits for the
 * journal, a scrape or a mail.
 */
import { availableParallelism } from 'node:os';
import { setImmediate as turn } from 'node:timers/promises';
import { createServer } from '../api/server.ts';
import type { Configuration } from '../config/configuration.ts';
import { computeStatements, monthBefore } from '../domain/contract/statement.ts';
import type { Statement, StatementSet } from '../domain/contract/statement-result.ts';
import type { Fact } from '../domain/facts/fact.ts';
import { MINUTE, type Millis, SECOND } from '../domain/time/instant.ts';
import { Monitor } from '../monitor/monitor.ts';
import { Recorder } from '../monitor/recorder.ts';
import { SelfDoubt } from '../monitor/self-doubt.ts';
import { threadsFor } from '../monitor/shards.ts';
import type { Sample, WatchedCheck } from '../monitor/watched-check.ts';
import type { InfluxOutput } from '../outputs/influx/influx-output.ts';
import { createMetrics, type Metrics } from '../outputs/metrics/metrics.ts';
import { FAILURES, VOIDS } from '../probes/outcome.ts';
import type { StatusView } from '../report/status.ts';
import type { CancelTimer, Clock } from '../runtime/clock.ts';
import { mostDescriptors } from '../runtime/descriptors.ts';
import type { Logger } from '../runtime/log.ts';
import { VERSION } from '../runtime/version.ts';
import { type Books, openBooks } from './books.ts';
import { Cleanups } from './cleanups.ts';
import { ClockWatch } from './clock-watch.ts';
import { ExclusionProposer } from './exclusion-proposer.ts';
import { createExporterThread, type ExporterThread } from './exporter/exporter-thread.ts';
import { answerProbe } from './exporter/probe-question.ts';
import { Fleet } from './fleet.ts';
import { openInflux } from './influx-feed.ts';
import { ConfigurationInvalid } from './load.ts';
import { MailDesk } from './mail-desk.ts';
import { meteredJournal } from './metered-journal.ts';
import { MonthCloser } from './month-closer.ts';
import { announceOutages } from './outage-announcer.ts';
import { logOutages, metricOf } from './outage-outputs.ts';
import { outagePoints } from './outage-series.ts';
import { ProbeTally } from './probe-tally.ts';
import { definitionsOf, registrationFacts } from './registration.ts';
import { settingsLeft } from './reload-limits.ts';
import { startSandbox } from './sandbox/sandbox.ts';
import { statusOf } from './status.ts';
import { type CheckPlace, placesOf, watchedChecks } from './watched-checks.ts';

export interface DaemonOptions {
  readonly configuration: Configuration;
  readonly clock: Clock;
  readonly log: Logger;
  /** Asks whoever runs the daemon to stop it: it cannot go on honestly. */
  readonly onFatal: (error: Error) => void;
}

/** How often the journal is looked at for what other processes recorded, and everything derived is brought up to date. */
const ROUND: Millis = SECOND;
/** Facts of a configuration in one append. What a crash leaves out the next start records. */
const REGISTERED_AT_ONCE = 2_000;
const MOST_THREADS = 8;
/** Descriptors left for the journal, mail, scrapes and name servers. */
const OTHER_DESCRIPTORS = 256;
/** Statements computed for one request between two turns of the event loop: some milliseconds. */
const STATEMENTS_AT_ONCE = 50;
const INFLUX_CLOSE_WITHIN: Millis = 500;
/** How soon a month that could not be closed is tried again. */
const CLOSE_RETRY: Millis = 10 * MINUTE;

/** What a reload reaches. */
interface Running {
  readonly books: Books;
  readonly recorder: Recorder;
  readonly monitor: Monitor;
}

export class Daemon {
  #options: DaemonOptions;
  readonly #cleanups: Cleanups;
  readonly #metrics: Metrics;
  readonly #tally: ProbeTally;
  readonly #clockWatch: ClockWatch;
  readonly #startedAt: number;
  /** What keeps the daemon from being relied on, by the part that suffers it. */
  readonly #troubles = new Map<string, string>();
  /** In force; a reload replaces it. */
  #configuration: Configuration;
  #checks: readonly WatchedCheck[] = [];
  #places: ReadonlyMap<string, CheckPlace> = new Map();
  #running: Running | undefined;
  #reloading: Promise<void> = Promise.resolve();
  #renewExporter: () => Promise<void> = async () => {};
  #sight: StatusView['sight'];

  constructor(options: DaemonOptions) {
    this.#options = options;
    this.#configuration = options.configuration;
    this.#cleanups = new Cleanups(options.log);
    this.#startedAt = options.clock.now();
    this.#metrics = createMetrics({
      version: VERSION,
      startedAt: this.#startedAt,
      errorWords: [...FAILURES, ...VOIDS],
      processMetrics: true,
    });
    this.#tally = new ProbeTally(options.clock);
    this.#clockWatch = new ClockWatch(options.clock);
  }

  /**
   * Starts everything; when it resolves, checks are being probed and the HTTP side answers.
   * @returns where the HTTP side listens.
   */
  async start(): Promise<{ readonly address: string }> {
    try {
      return await this.#start();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Stops everything, in seconds; safe to call at any time, and again. */
  stop(): Promise<void> {
    return this.#cleanups.run();
  }

  /**
   * Goes over to the configuration that `load` reads, all of it or nothing; what was wrong is logged. Resolves when that is done,
   * and does not reject. One reload at a time; before the daemon has started there is nothing to do.
   */
  reload(load: () => Promise<Configuration>): Promise<void> {
    const running = this.#running;
    if (!running) return Promise.resolve();
    const { clock, log } = this.#options;
    this.#reloading = this.#reloading.then(async () => {
      try {
        const next = await load();
        const left = await this.#change(next, running);
        this.#metrics.configReload(true, clock.now());
        log.info({ services: next.services.length }, 'the configuration was reloaded');
        if (left.length > 0) log.warn({ settings: left }, 'settings changed that take effect at the next start');
      } catch (error) {
        this.#metrics.configReload(false, clock.now());
        const problems = error instanceof ConfigurationInvalid ? error.problems : [String(error)];
        log.error({ problems }, 'the configuration was not reloaded');
      }
    });
    return this.#reloading;
  }

  /** @returns the settings that stay as they were. */
  async #change(next: Configuration, { books, recorder, monitor }: Running): Promise<readonly string[]> {
    const { feed, journal, contracts, now } = books;
    const left = settingsLeft(this.#configuration, next);
    // What is covered so far is recorded first: a check that ends is unknown from there.
    await recorder.flush();
    await feed.catchUp();
    const facts = registrationFacts(feed.ledger, definitionsOf(next), now());
    if (facts.length > 0) await journal.append(facts.map((fact) => ({ fact })));
    // On record, it is in force: from here on nothing fails.
    contracts.replace(next.contracts, next.defaultContract);
    this.#configuration = withoutFleet(next);
    await feed.catchUp();
    this.#places = placesOf(next);
    this.#checks = watchedChecks(next, feed.ledger, now(), this.#checks);
    monitor.change(this.#checks);
    await this.#renewExporter();
    return left;
  }

  /** It starts with the first scrape of /probe, with the guard and the authorities of the configuration in force. */
  #exporterThread(): ExporterThread {
    const { allow, trust } = this.#configuration.probing;
    return createExporterThread({ clock: this.#options.clock, allow, trust });
  }

  async #start(): Promise<{ readonly address: string }> {
    const { configuration, clock, log } = this.#options;
    if (configuration.sandbox) {
      const { sites } = configuration.sandbox;
      const sandbox = await startSandbox({ sites, clock, onError: (error) => log.error({ error }, 'sandbox trouble') });
      this.#cleanups.add('sandbox', () => sandbox.stop());
    }

    const opened = await openBooks(configuration, clock);
    const books = { ...opened, journal: meteredJournal(opened.journal, clock, this.#metrics.journalAppend) };
    this.#cleanups.add('journal', () => books.journal.close());
    const closer = new MonthCloser(books);
    const mails = configuration.mail && this.#mailDesk(books);
    const influx = configuration.influx && openInflux(configuration.influx, { clock, log, metrics: this.#metrics });
    if (influx) this.#cleanups.add('influx', () => influx.close(INFLUX_CLOSE_WITHIN));
    const proposer = this.#proposer(books);
    const fleet = this.#fleet(books, influx, proposer);
    await books.feed.catchUp();
    await this.#register(books);

    const round = (): Promise<void> => this.#round(books, fleet, mails, proposer);
    await round();
    let exporter = this.#exporterThread();
    this.#renewExporter = async () => {
      const before = exporter;
      exporter = this.#exporterThread();
      await before.stop();
    };
    this.#cleanups.add('exporter', () => exporter.stop());
    const server = createServer({
      metrics: this.#metrics,
      unready: () => [...this.#troubles].map(([part, reason]) => `${part}: ${reason}`),
      status: () => this.#status(books, fleet),
      statements: (month, service) => this.#statements(books, month, service),
      probe: {
        ...configuration.listen.probe,
        answer: (question) => answerProbe(question, { modules: this.#configuration.modules, thread: exporter }),
      },
    });
    this.#cleanups.add('http', () => server.close());
    const address = await server.listen({ host: configuration.listen.host, port: configuration.listen.port });

    this.#cleanups.add('rounds', this.#repeat(round));
    this.#monitor(books, influx);
    // What is defined is in the ledger now, and the checks are with the monitor: at any size that is most of a configuration.
    this.#options = { ...this.#options, configuration: withoutFleet(configuration) };
    this.#configuration = this.#options.configuration;
    await this.#closeMonths(closer);
    this.#metrics.configReload(true, clock.now());
    return { address };
  }

  async #register({ journal, feed, now }: Books): Promise<void> {
    const { configuration, clock } = this.#options;
    const at = now();
    const facts: readonly Fact[] = [
      ...registrationFacts(feed.ledger, definitionsOf(configuration), at),
      { type: 'daemon-started', version: VERSION, configuration: configuration.digest, at },
    ];
    for (let from = 0; from < facts.length; from += REGISTERED_AT_ONCE) {
      await journal.append(facts.slice(from, from + REGISTERED_AT_ONCE).map((fact) => ({ fact })));
      await feed.catchUp();
    }
    this.#cleanups.add('farewell', async () => {
      const { digest } = this.#configuration;
      const farewell = { type: 'daemon-stopped', version: VERSION, configuration: digest, at: clock.now() } as const;
      await journal.append([{ fact: farewell }]);
    });
  }

  #proposer(books: Books): ExclusionProposer | undefined {
    const { configuration, clock, log } = this.#options;
    const { proposals } = configuration;
    return proposals && new ExclusionProposer({ books, clock, log, ...proposals });
  }

  #fleet({ feed, contracts }: Books, influx: InfluxOutput | undefined, proposer: ExclusionProposer | undefined): Fleet {
    const { clock, log } = this.#options;
    const listener = logOutages(log);
    const fleet = new Fleet({
      ledger: feed.ledger,
      contracts,
      clock,
      onEnded: (service) => this.#metrics.remove(service),
      onTrouble: (service, error) => {
        const part = `service ${service}`;
        if (error === undefined) this.#troubles.delete(part);
        else this.#troubles.set(part, String(error));
        if (error === undefined) log.info({ service }, 'the service can be computed again');
        else log.error({ error, service }, 'the service cannot be computed');
      },
      onComputed: (now, before) => {
        // What was already so when the daemon started is shown, but it is no news and counts as none.
        if (before) announceOutages(now, before, listener);
        this.#metrics.service(now);
        proposer?.note(now, before);
        for (const outage of now.outages) this.#metrics.outage(metricOf(now, outage), before !== undefined);
        if (influx) for (const point of outagePoints(now, before)) influx.outage(point);
      },
    });
    feed.subscribe((entries) => fleet.noteEntries(entries));
    return fleet;
  }

  #mailDesk(books: Books): MailDesk {
    const { configuration, clock, log } = this.#options;
    const { mail: settings } = configuration;
    if (!settings) throw new TypeError('the mail desk needs mail settings');
    const desk = new MailDesk({ books, settings, clock, log, metrics: this.#metrics });
    this.#cleanups.add('mail', () => desk.close());
    return desk;
  }

  /** Brings everything derived up to what the journal says now. */
  async #round(
    { feed }: Books,
    fleet: Fleet,
    mails: MailDesk | undefined,
    proposer: ExclusionProposer | undefined,
  ): Promise<void> {
    const stepMs = this.#clockWatch.look();
    if (stepMs !== undefined) {
      this.#metrics.clockStepped();
      this.#options.log.warn({ stepMs }, 'the clock was stepped');
    }
    await feed.catchUp();
    await fleet.refresh();
    this.#metrics.journalEntries(feed.seq);
    mails?.sendInBackground();
    await proposer?.run();
  }

  #repeat(round: () => Promise<void>): () => Promise<void> {
    const { clock, log } = this.#options;
    let cancel: CancelTimer = () => {};
    let running = Promise.resolve();
    let stopped = false;
    const next = (): void => {
      if (stopped) return;
      cancel = clock.after(ROUND, () => {
        running = round()
          .then(() => {
            this.#troubles.delete('round');
          })
          .catch((error: unknown) => {
            this.#troubles.set('round', String(error));
            log.error({ error }, 'the books could not be brought up to date');
          })
          .finally(next);
      });
    };
    next();
    return async () => {
      stopped = true;
      cancel();
      await running;
    };
  }

  #monitor(books: Books, influx: InfluxOutput | undefined): void {
    const { configuration, clock, log, onFatal } = this.#options;
    const { vantage, probing } = configuration;
    this.#places = placesOf(configuration);
    this.#checks = watchedChecks(configuration, books.feed.ledger, books.now());
    const recorder = new Recorder({
      journal: books.journal,
      clock,
      vantage,
      onRecorded: () => {},
      onTrouble: (error) => {
        if (error === undefined) this.#troubles.delete('journal');
        else this.#troubles.set('journal', String(error));
        if (error === undefined) log.info('the journal takes facts again');
        else log.error({ error, waiting: recorder.waiting }, 'the journal takes no facts');
      },
      onOverflow: () => onFatal(new Error('the journal has taken no facts for too long')),
    });
    const { canaries } = configuration.probing;
    const doubt = canaries ? undefined : new SelfDoubt((check) => this.#places.get(check)?.server ?? check);
    const monitor = new Monitor({
      clock,
      threads: probing.threads ?? threadsFor(this.#checks, Math.min(MOST_THREADS, availableParallelism())),
      checks: this.#checks,
      limits: { ...probing.limits, inFlight: this.#mostInFlight() },
      jitter: probing.jitter,
      canaries,
      onSight: (isBlind) => {
        this.#sight = isBlind ? 'blind' : undefined;
        this.#metrics.monitorBlind(isBlind);
        if (isBlind) log.error('the canaries do not answer: the monitor is blind, and nothing that it sees counts');
        else log.info('the canaries answer: the monitor sees again');
      },
      onBatch: (batch) => {
        recorder.take(batch);
        this.#metrics.probesInFlight(batch.inFlight);
        this.#metrics.probesWaiting(batch.waiting);
        if (batch.skipped > 0) this.#metrics.slotsSkipped(batch.skipped);
        const isDoubtful = doubt?.take(batch.samples, clock.now());
        if (isDoubtful !== undefined) this.#noteDoubt(isDoubtful);
        for (const check of batch.blips) this.#metrics.blip(this.#places.get(check)?.kind ?? 'unknown');
        for (const sample of batch.samples) {
          const place = this.#places.get(sample.check);
          if (place) this.#show({ ...place, ...sample, vantage }, influx);
        }
      },
      onWorkerLost: (error, restartMs) => log.error({ error, restartMs }, 'a prober thread was lost and is replaced'),
      onTrouble: (error) => {
        if (error === undefined) this.#troubles.delete('probing');
        else this.#troubles.set('probing', String(error));
        if (error === undefined) log.info('all prober threads live again');
      },
    });
    monitor.start();
    this.#running = { books, recorder, monitor };
    this.#cleanups.add('recorder', () => recorder.flush());
    this.#cleanups.add('monitor', () => monitor.stop());
    this.#cleanups.add('reload', () => {
      this.#running = undefined;
      return this.#reloading;
    });
  }

  /** Probes at once: as configured, or as many as there are descriptors for. */
  #mostInFlight(): number {
    const { configuration, log } = this.#options;
    const { inFlight } = configuration.probing.limits;
    const descriptors = mostDescriptors();
    if (descriptors === undefined || descriptors - OTHER_DESCRIPTORS >= inFlight) return inFlight;
    const most = Math.max(16, descriptors - OTHER_DESCRIPTORS);
    log.warn({ descriptors, inFlight: most, configured: inFlight }, 'fewer descriptors than probes at once');
    return most;
  }

  #noteDoubt(isDoubtful: boolean): void {
    const { log } = this.#options;
    this.#sight = isDoubtful ? 'doubtful' : undefined;
    this.#metrics.monitorDoubtful(isDoubtful);
    if (isDoubtful)
      log.warn('most servers fail at once: they are down, or this machine is cut off; canaries would tell');
    else log.info('most servers no longer fail at once');
  }

  /** Hands a sample to the outputs. They may drop it; they may not stop the observing. */
  #show(sample: Sample & CheckPlace & { readonly vantage: string }, influx: InfluxOutput | undefined): void {
    try {
      this.#tally.add(sample.outcome);
      this.#metrics.scheduleLateness(sample.latenessMs);
      this.#metrics.probe(sample);
      influx?.sample(sample);
    } catch (error) {
      this.#options.log.error({ error, check: sample.check }, 'a sample could not be shown');
    }
  }

  async #closeMonths(closer: MonthCloser): Promise<void> {
    const { configuration, clock, log } = this.#options;
    const { statements } = configuration;
    let cancelRetry: CancelTimer = () => {};
    /** With a month's close, and at its hour also where someone else has closed it, earlier months are revised. */
    const close = async (atItsHour: boolean): Promise<void> => {
      cancelRetry();
      try {
        const closed = await closer.closeIfDue(statements);
        for (const month of closed) if (month.issued > 0) log.info(month, 'month closed');
        if (!atItsHour && closed.every((month) => month.issued === 0)) return;
        for (const revision of await closer.reviseAll()) log.info(revision, 'month revised');
      } catch (error) {
        log.error({ error }, 'the month could not be closed');
        cancelRetry = clock.after(CLOSE_RETRY, () => void close(atItsHour));
      }
    };
    await close(false);
    const task = closer.schedule(statements, () => void close(true));
    this.#cleanups.add('calendar', async () => {
      cancelRetry();
      await task.destroy();
    });
  }

  #status({ contracts, feed }: Books, fleet: Fleet): StatusView {
    const now = this.#options.clock.now();
    return {
      version: VERSION,
      startedAt: this.#startedAt,
      now,
      offsetMinutes: contracts.default.offsetMinutes,
      services: fleet.all().map((service) => statusOf(service, now)),
      journal: { entries: feed.seq },
      probes: this.#tally.view(),
      ...(this.#sight === undefined ? {} : { sight: this.#sight }),
    };
  }

  /** In slices: of a large fleet, all of them are seconds of work. */
  async #statements(
    { contracts, feed, now }: Books,
    month: string | undefined,
    service: string | undefined,
  ): Promise<StatementSet> {
    const asOf = now();
    const { offsetMinutes } = contracts.default;
    const question = {
      ledger: feed.ledger,
      contractOf: (name: string | undefined) => contracts.named(name),
      month: month ?? monthBefore(asOf, offsetMinutes),
      asOf,
      offsetMinutes,
    };
    const services = service === undefined ? feed.ledger.services() : [service];
    const statements: Statement[] = [];
    for (let from = 0; from < services.length; from += STATEMENTS_AT_ONCE) {
      const slice = services.slice(from, from + STATEMENTS_AT_ONCE);
      statements.push(...computeStatements({ ...question, services: slice }).statements);
      await turn();
    }
    return { asOf, month: question.month, offsetMinutes, statements };
  }
}

/** A configuration without the services and customers, which are most of it at any size. */
function withoutFleet(configuration: Configuration): Configuration {
  return { ...configuration, customers: [], services: [] };
}
