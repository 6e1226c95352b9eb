/**
 * The daemon without threads, sockets and an HTTP side: the rooms are wired as src/app/daemon.ts wires them, in the same
 * order, with the prober loop in the process itself.
 */
import type { Books } from '../../src/app/books.ts';
import { startClockRounds } from '../../src/app/clock-rounds.ts';
import { MonthCloser } from '../../src/app/month-closer.ts';
import { definitionsOf } from '../../src/app/registration.ts';
import { watchedChecks } from '../../src/app/watched-checks.ts';
import type { Configuration } from '../../src/config/configuration.ts';
import { Outbox, type Relay } from '../../src/desk/outbox.ts';
import { owedMails } from '../../src/desk/owed-mails.ts';
import type { Fact } from '../../src/domain/facts/fact.ts';
import { HOUR, type Millis } from '../../src/domain/time/instant.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { ProberLoop, type ProberLoopOptions } from '../../src/monitor/prober-loop.ts';
import { Recorder } from '../../src/monitor/recorder.ts';
import { messageIdFor } from '../../src/outputs/mail/message-id.ts';
import { atOnce } from '../../src/runtime/slices.ts';
import { registrationFacts } from '../support/definitions.ts';
import { openSimulatedBooks } from './books.ts';
import type { ProcessClock } from './virtual-time.ts';

export interface SimulatedDaemonOptions {
  readonly configuration: Configuration;
  readonly process: ProcessClock;
  readonly onDisk: (journal: Journal) => Journal;
  readonly relay: Relay;
  readonly probe: ProberLoopOptions['probe'];
  readonly round: Millis;
}

export const MAIL_DOMAIN = 'kepil.example';

export class SimulatedDaemon {
  readonly #options: SimulatedDaemonOptions;
  #journal: Journal | undefined;
  #loop: ProberLoop | undefined;
  #recorder: Recorder | undefined;
  #clockRounds: ReturnType<typeof startClockRounds> | undefined;
  #overflowed = false;

  constructor(options: SimulatedDaemonOptions) {
    this.#options = options;
  }

  /** Whether more facts waited for the disk than memory should hold. */
  get overflowed(): boolean {
    return this.#overflowed;
  }

  /** Starts; rejects when the journal refuses. */
  async start(): Promise<void> {
    const { configuration, process, onDisk, round } = this.#options;
    const books = await openSimulatedBooks(configuration, process, onDisk);
    this.#journal = books.journal;
    const closer = new MonthCloser(books);
    const outbox = this.#outbox(books);
    await books.feed.catchUp();
    await this.#register(books);
    this.#repeat(round, async () => {
      await books.feed.catchUp();
      outbox.sendDue().catch(() => {}); // what was not sent stays owed
    });
    const recorder = this.#monitor(books);
    this.#clockRounds = startClockRounds({
      clock: process,
      ledger: books.feed.ledger,
      record: (fact) => recorder.record(fact),
      onStep: () => {},
      onTrouble: () => {},
    });
    const close = async (): Promise<void> => {
      await closer.closeIfDue(configuration.statements).catch(() => {}); // due again within the hour
    };
    await close();
    this.#repeat(HOUR, close);
  }

  /** Stops as on SIGTERM: what was found is recorded where the disk lets it be. */
  async stop(): Promise<void> {
    const { configuration, process } = this.#options;
    this.#clockRounds?.stop();
    await this.#loop?.stop();
    await this.#recorder?.flush().catch(() => {});
    await this.#journal?.append([{ fact: farewell(configuration, process) }]).catch(() => {});
    this.kill();
  }

  /** Ends at once, as kill -9 does: nothing of it ever runs again. */
  kill(): void {
    this.#options.process.kill();
    void this.#journal?.close();
  }

  #outbox(books: Books): Outbox {
    const { process, relay } = this.#options;
    return new Outbox({
      journal: books.journal,
      feed: books.feed,
      relay,
      clock: process,
      messageIdFor: (mail) => messageIdFor(mail, MAIL_DOMAIN),
      owed: () =>
        owedMails({ ledger: books.feed.ledger, contracts: books.contracts, issued: books.issued, now: books.now() }),
      onSettled: () => {},
    });
  }

  async #register({ journal, feed, now }: Books): Promise<void> {
    const { configuration } = this.#options;
    const at = now();
    const facts: readonly Fact[] = [
      ...registrationFacts(feed.ledger, definitionsOf(configuration), at),
      { type: 'daemon-started', version: 'simulated', configuration: configuration.digest, at },
    ];
    await journal.append(facts.map((fact) => ({ fact })));
    await feed.catchUp();
  }

  #monitor({ journal, feed, now }: Books): Recorder {
    const { configuration, process, probe } = this.#options;
    const recorder = new Recorder({
      journal,
      clock: process,
      vantage: configuration.vantage,
      onRecorded: () => {},
      onTrouble: () => {},
      onOverflow: () => {
        this.#overflowed = true;
      },
    });
    const checks = atOnce(watchedChecks(configuration, feed.ledger, now()));
    const loop = new ProberLoop({
      clock: process,
      checks,
      limits: configuration.probing.limits,
      jitter: configuration.probing.jitter,
      probe,
      handOver: (batch) => recorder.take(batch),
    });
    this.#recorder = recorder;
    this.#loop = loop;
    loop.start();
    return recorder;
  }

  #repeat(every: Millis, task: () => Promise<void>): void {
    const { process } = this.#options;
    const next = (): void => void process.after(every, () => void task().finally(next));
    next();
  }
}

function farewell(configuration: Configuration, process: ProcessClock): Fact {
  const { digest } = configuration;
  return { type: 'daemon-stopped', version: 'simulated', configuration: digest, at: process.now() };
}
