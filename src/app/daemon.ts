/**
 * The daemon: wires the rooms together, starts them in order and stops them in the reverse of it.
 *
 * Probes → recorder → journal → ledger → fleet → outputs, and nothing flows back. Nothing that probes waits for the
 * journal, a scrape or a mail.
 */
import { createServer } from '../api/server.ts';
import type { Configuration, WitnessSettings } from '../config/configuration.ts';
import { FleetFigures } from '../domain/contract/fleet-figures.ts';
import { type Millis, SECOND } from '../domain/time/instant.ts';
import type { InfluxOutput } from '../outputs/influx/influx-output.ts';
import { createMetrics, type Metrics } from '../outputs/metrics/metrics.ts';
import { FAILURES, VOIDS } from '../probes/outcome.ts';
import type { StatusView } from '../report/status.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Logger } from '../runtime/log.ts';
import { VERSION } from '../runtime/version.ts';
import { type Books, openBooks } from './books.ts';
import { Cleanups } from './cleanups.ts';
import { startClockRounds } from './clock-rounds.ts';
import { ExclusionProposer } from './exclusion-proposer.ts';
import { createExporterThread, type ExporterThread } from './exporter/exporter-thread.ts';
import { answerProbe } from './exporter/probe-question.ts';
import { Fleet } from './fleet.ts';
import { openInflux } from './influx-feed.ts';
import { ConfigurationInvalid } from './load.ts';
import { MailDesk } from './mail-desk.ts';
import { meteredJournal } from './metered-journal.ts';
import { keepMonthsClosed } from './month-calendar.ts';
import { MonthCloser } from './month-closer.ts';
import { announceOutages, type OutageListener } from './outage-announcer.ts';
import { logOutages, metricOf } from './outage-outputs.ts';
import { outagePoints } from './outage-series.ts';
import { Probing } from './probing.ts';
import { AT_ONCE_AT_START, AT_ONCE_WHILE_RUNNING, register } from './register.ts';
import { settingsLeft } from './reload-limits.ts';
import { repeat } from './rounds.ts';
import { startSandbox } from './sandbox/sandbox.ts';
import { statementsInSlices } from './statement-slices.ts';
import { statusOf } from './status.ts';
import { PathWitness, type PathWitnessOptions } from './witness/path-witness.ts';
import { askWitness } from './witness/witness-answer.ts';

export interface DaemonOptions {
  readonly configuration: Configuration;
  readonly clock: Clock;
  readonly log: Logger;
  /** Asks whoever runs the daemon to stop it: it cannot go on honestly. */
  readonly onFatal: (error: Error) => void;
}

/** How often the journal is looked at for what other processes recorded, and everything derived is brought up to date. */
const ROUND: Millis = SECOND;
const INFLUX_CLOSE_WITHIN: Millis = 500;

/** What a reload reaches. */
interface Running {
  readonly books: Books;
  readonly probing: Probing;
}

export class Daemon {
  #options: DaemonOptions;
  readonly #cleanups: Cleanups;
  readonly #figures = new FleetFigures();
  readonly #metrics: Metrics;
  readonly #startedAt: number;
  /** What keeps the daemon from being relied on, by the part that suffers it. */
  readonly #troubles = new Map<string, string>();
  /** In force; a reload replaces it. */
  #configuration: Configuration;
  #running: Running | undefined;
  #reloading: Promise<void> = Promise.resolve();
  #renewExporter: () => Promise<void> = async () => {};

  constructor(options: DaemonOptions) {
    this.#options = options;
    this.#configuration = options.configuration;
    this.#cleanups = new Cleanups(options.log);
    this.#startedAt = options.clock.now();
    this.#metrics = createMetrics({
      figures: this.#figures,
      version: VERSION,
      startedAt: this.#startedAt,
      errorWords: [...FAILURES, ...VOIDS],
      processMetrics: true,
    });
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
  async #change(next: Configuration, { books, probing }: Running): Promise<readonly string[]> {
    const { feed, contracts } = books;
    const left = settingsLeft(this.#configuration, next);
    // What is covered so far is recorded first: a check that ends is unknown from there.
    await probing.flush();
    await feed.catchUp();
    await this.#register(books, next, AT_ONCE_WHILE_RUNNING);
    // On record, it is in force: from here on nothing fails.
    contracts.replace(next.contracts, next.defaultContract);
    this.#configuration = withoutFleet(next);
    await probing.change(next);
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
    const mails = configuration.mail && this.#mailDesk(books);
    const influx = configuration.influx && openInflux(configuration.influx, { clock, log, metrics: this.#metrics });
    if (influx) this.#cleanups.add('influx', () => influx.close(INFLUX_CLOSE_WITHIN));
    const proposer = this.#proposer(books);
    const fleet = this.#fleet(books, influx, proposer);
    await books.feed.catchUp();
    await this.#register(books, configuration, AT_ONCE_AT_START);
    await this.#noteStart(books);

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
      statements: (month, service) => statementsInSlices(books, month, service),
      probe: {
        ...configuration.listen.probe,
        answer: (question) => answerProbe(question, { modules: this.#configuration.modules, thread: exporter }),
      },
    });
    this.#cleanups.add('http', () => server.close());
    const address = await server.listen({ host: configuration.listen.host, port: configuration.listen.port });

    const noteRound = (error: unknown): void => {
      this.#noteTrouble('round', error);
      if (error !== undefined) log.error({ error }, 'the books could not be brought up to date');
    };
    this.#cleanups.add('rounds', repeat(round, { clock, everyMs: ROUND, onOver: noteRound }));
    const probing = this.#probing(books, influx);
    this.#running = { books, probing };
    const clockRounds = startClockRounds({
      clock,
      ledger: books.feed.ledger,
      record: (fact) => probing.record(fact),
      onStep: (stepMs) => {
        this.#metrics.clockStepped();
        log.warn({ stepMs }, 'the clock was stepped');
      },
      onTrouble: (trouble) => this.#noteTrouble('clock', trouble),
    });
    this.#cleanups.add('clock', async () => clockRounds.stop());
    // What is defined is in the ledger now, and the checks are with the monitor: at any size that is most of a configuration.
    this.#options = { ...this.#options, configuration: withoutFleet(configuration) };
    this.#configuration = this.#options.configuration;
    this.#cleanups.add(
      'calendar',
      await keepMonthsClosed({ closer: new MonthCloser(books), statements: configuration.statements, clock, log }),
    );
    this.#metrics.configReload(true, clock.now());
    return { address };
  }

  #register(books: Books, configuration: Configuration, atOnce: number): Promise<void> {
    const { clock, log } = this.#options;
    return register({
      books,
      configuration,
      clock,
      atOnce,
      onDelay: (error) =>
        log.error({ error }, 'the journal does not take the rest of a configuration; it is tried again'),
      isOver: () => this.#running === undefined,
    });
  }

  async #noteStart({ journal, feed, now }: Books): Promise<void> {
    const { configuration, clock } = this.#options;
    const started = {
      type: 'daemon-started',
      version: VERSION,
      configuration: configuration.digest,
      at: now(),
    } as const;
    await journal.append([{ fact: started }]);
    await feed.catchUp();
    this.#cleanups.add('farewell', async () => {
      const { digest } = this.#configuration;
      const farewell = { type: 'daemon-stopped', version: VERSION, configuration: digest, at: clock.now() } as const;
      await journal.append([{ fact: farewell }]);
    });
  }

  #proposer(books: Books): ExclusionProposer | undefined {
    const { configuration, clock, log } = this.#options;
    const { proposals } = configuration;
    if (!proposals) return undefined;
    const { witness: settings, ...rest } = proposals;
    const witness = settings && this.#witness(settings, books, (id, outage) => proposer.again(id, outage));
    const proposer = new ExclusionProposer({ books, clock, log, witness, ...rest });
    return proposer;
  }

  #witness(
    { url, timeoutMs, modules }: WitnessSettings,
    { feed }: Books,
    onEnough: PathWitnessOptions['onEnough'],
  ): PathWitness {
    const { configuration, clock, log } = this.#options;
    const { trust } = configuration.probing;
    const witness = new PathWitness({
      witness: new URL(url).host,
      modules,
      ask: (question, signal) => askWitness({ url, timeoutMs, trust }, question, clock, signal),
      ledger: feed.ledger,
      clock,
      log,
      targetOf: (check) => this.#running?.probing.targetOf(check),
      onAnswer: this.#metrics.witnessAnswer,
      onEnough,
    });
    this.#cleanups.add('witness', () => witness.stop());
    return witness;
  }

  #fleet({ feed, contracts }: Books, influx: InfluxOutput | undefined, proposer: ExclusionProposer | undefined): Fleet {
    const { clock, log } = this.#options;
    const logged = logOutages(log);
    const listener: OutageListener = {
      ...logged,
      reached: (service, outage, reached) => {
        logged.reached(service, outage, reached);
        this.#metrics.outageReached(reached);
      },
    };
    const fleet = new Fleet({
      ledger: feed.ledger,
      contracts,
      clock,
      figures: this.#figures,
      onEnded: (service) => this.#metrics.remove(service),
      onTrouble: (service, error) => {
        this.#noteTrouble(`service ${service}`, error);
        if (error === undefined) log.info({ service }, 'the service can be computed again');
        else log.error({ error, service }, 'the service cannot be computed');
      },
      onComputed: (now, before) => {
        // What was already so when the daemon started is shown, but it is no news and counts as none.
        if (before) announceOutages(now, before, listener);
        proposer?.note(now, before);
        for (const outage of now.outages) this.#metrics.outage(metricOf(now.service, outage));
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
    await feed.catchUp();
    await fleet.refresh();
    this.#metrics.journalEntries(feed.seq);
    mails?.sendInBackground();
    await proposer?.run();
  }

  #probing(books: Books, influx: InfluxOutput | undefined): Probing {
    const { configuration, clock, log, onFatal } = this.#options;
    const probing = new Probing({
      configuration,
      books,
      influx,
      metrics: this.#metrics,
      clock,
      log,
      onTrouble: (part, error) => this.#noteTrouble(part, error),
      onFatal,
    });
    probing.start();
    this.#cleanups.add('recorder', () => probing.flush());
    this.#cleanups.add('monitor', () => probing.stop());
    this.#cleanups.add('reload', () => {
      this.#running = undefined;
      return this.#reloading;
    });
    return probing;
  }

  #noteTrouble(part: string, error: unknown): void {
    if (error === undefined) this.#troubles.delete(part);
    else this.#troubles.set(part, String(error));
  }

  #status({ contracts, feed }: Books, fleet: Fleet): StatusView {
    const now = this.#options.clock.now();
    return {
      version: VERSION,
      startedAt: this.#startedAt,
      now,
      offsetMinutes: contracts.default.offsetMinutes,
      services: feed.ledger.services().flatMap((id) => {
        const shown = this.#figures.get(id);
        return shown ? [statusOf(shown, fleet.outagesOf(id), now)] : [];
      }),
      journal: { entries: feed.seq },
      ...(this.#running?.probing.status() ?? { probes: { total: 0, failed: 0 } }),
    };
  }
}

/** A configuration without the services and customers, which are most of it at any size. */
function withoutFleet(configuration: Configuration): Configuration {
  return { ...configuration, customers: [], services: [] };
}
