/**
 * From what probers found to the journal: edges at once, coverage about once an interval, in order. While the journal
 * cannot be written, findings wait in memory; past the bound the daemon must stop rather than lose one silently.
 */
import { coverageEvery } from '../domain/detection/last-state.ts';
import type { Fact } from '../domain/facts/fact.ts';
import { type Instant, type Millis, SECOND } from '../domain/time/instant.ts';
import type { Journal } from '../journal/journal.ts';
import type { CancelTimer, Clock } from '../runtime/clock.ts';
import type { Batch } from './watched-check.ts';

export interface RecorderOptions {
  readonly journal: Pick<Journal, 'append'>;
  readonly clock: Clock;
  readonly vantage: string;
  /** Called after facts were recorded. */
  readonly onRecorded: () => void;
  /** Called when the journal refuses, and again with undefined when it takes facts again. */
  readonly onTrouble: (error: unknown) => void;
  /** Called when more waits than memory should hold. */
  readonly onOverflow: () => void;
}

const MOST_WAITING = 100_000;
/** Facts in one append: encoding, hashing and storing them hold the event loop for some milliseconds. */
const MOST_AT_ONCE = 200;
/**
 * From one append to the next, unless more waits than one takes: each is a sync of the disk, and in a mass outage edges come
 * one by one, hundreds a second.
 */
const BETWEEN_APPENDS: Millis = 50;
const RETRY_DELAY: Millis = SECOND;

export class Recorder {
  readonly #options: RecorderOptions;
  readonly #covered = new Map<Millis, { through: Instant; recordedAt: Instant }>();
  /** What is covered by now, of which `#covered` is recorded. */
  readonly #through = new Map<Millis, Instant>();
  #waiting: Fact[] = [];
  #writing: Promise<void> | undefined;
  #cancelWait: CancelTimer | undefined;
  #troubled = false;

  constructor(options: RecorderOptions) {
    this.#options = options;
  }

  /** Facts found and not yet on disk. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Takes a batch in; it is on its way to disk, not there yet, when this returns. */
  take(batch: Batch): void {
    const { vantage, clock } = this.#options;
    const at = clock.now();
    for (const { check, to, earliest, latest, evidence } of batch.edges) {
      this.#waiting.push({
        type: 'edge',
        check,
        vantage,
        to,
        earliest,
        latest,
        at,
        ...(evidence ? { evidence } : {}),
      });
    }
    for (const { intervalMs, through } of batch.coverage) {
      if (through !== null) this.#through.set(intervalMs, through);
    }
    this.#cover(at, batch.edges.length > 0);
    this.#write();
    if (this.#troubled && this.#waiting.length > MOST_WAITING) this.#options.onOverflow();
  }

  /** Takes in a fact that no prober found; it waits its turn like the others. */
  record(fact: Fact): void {
    this.#waiting.push(fact);
    this.#write();
  }

  /**
   * Resolves when everything taken in has been recorded, all coverage included; rejects when the journal refuses. It may
   * be asked at any time, and what comes after it is recorded as before.
   */
  async flush(): Promise<void> {
    this.#cover(this.#options.clock.now(), true);
    while (this.#writing) await this.#writing;
    this.#cancelWait?.();
    this.#cancelWait = undefined;
    while (this.#waiting.length > 0) {
      this.#writing = this.#append().finally(() => {
        this.#writing = undefined;
      });
      await this.#writing;
    }
  }

  /** Coverage advances with every batch; it is recorded about once an interval: that much a crash may forget. */
  #cover(at: Instant, atOnce: boolean): void {
    for (const [intervalMs, through] of this.#through) {
      const last = this.#covered.get(intervalMs);
      if (last && through <= last.through) continue;
      if (last && !atOnce && at - last.recordedAt < coverageEvery(intervalMs)) continue;
      this.#covered.set(intervalMs, { through, recordedAt: at });
      this.#waiting.push({ type: 'coverage', vantage: this.#options.vantage, intervalMs, through, at });
    }
  }

  /** Begins to write what waits, unless that is under way already or the journal is being given a rest. */
  #write(): void {
    if (this.#writing || this.#cancelWait || this.#waiting.length === 0) return;
    this.#writing = this.#append()
      .finally(() => {
        this.#writing = undefined;
      })
      .then(() => {
        if (this.#troubled) this.#options.onTrouble(undefined);
        this.#troubled = false;
        // Also what is left gives way to others: an append that is over at once would keep the event loop from them.
        this.#writeAfter(this.#waiting.length >= MOST_AT_ONCE ? 0 : BETWEEN_APPENDS);
      })
      .catch((error: unknown) => {
        this.#troubled = true;
        this.#writeAfter(RETRY_DELAY);
        this.#options.onTrouble(error);
      });
  }

  #writeAfter(delayMs: Millis): void {
    this.#cancelWait = this.#options.clock.after(delayMs, () => {
      this.#cancelWait = undefined;
      this.#write();
    });
  }

  async #append(): Promise<void> {
    const facts = this.#waiting.slice(0, MOST_AT_ONCE);
    this.#waiting = this.#waiting.slice(MOST_AT_ONCE);
    try {
      await this.#options.journal.append(facts.map((fact) => ({ fact })));
    } catch (error) {
      this.#waiting = [...facts, ...this.#waiting];
      throw error;
    }
    this.#options.onRecorded();
  }
}
