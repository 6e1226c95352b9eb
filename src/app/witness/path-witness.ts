/**
 * A second opinion from inside the provider's network on outages that look like a broken path. It asks while they last, soon
 * after each was found and then about once a minute, and remembers what it heard until the outage was judged.
 *
 * 1. Asking is bounded: outages watched at a time, questions a second and in flight. Of a mass outage that is a sample.
 * 2. An outage is given up for good at the first answer other than up at the very address that was dialled from here, at
 *    the first failure that is no sign of a path, and where nothing was heard for longer than a judge would accept.
 * 3. What it heard is in memory only: an outage that a restart falls into is proposed by nobody on these grounds.
 */
import type { WitnessModules } from '../../config/configuration.ts';
import { isOfPath, type OutageInQuestion, WITNESS_GAP, type Witnessed } from '../../desk/exclusion-evidence.ts';
import { type DownTime, downTimes } from '../../desk/outage-failures.ts';
import type { Ledger } from '../../domain/facts/ledger.ts';
import { HOUR, type Instant, MINUTE, type Millis, SECOND } from '../../domain/time/instant.ts';
import type { Target } from '../../probes/target.ts';
import type { CancelTimer, Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/log.ts';
import { addressHash } from '../exporter/address-samples.ts';
import type { WitnessAnswer, WitnessQuestion } from './witness-answer.ts';
import { questionAbout } from './witness-question.ts';

export interface PathWitnessOptions {
  /** Host and port of the witness, as evidence names it. */
  readonly witness: string;
  readonly modules: WitnessModules;
  /** Asks it once. Must not reject, and must end when the signal is aborted. */
  readonly ask: (question: WitnessQuestion, signal: AbortSignal) => Promise<WitnessAnswer>;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly log: Logger;
  /** What a check probes; undefined: it is not watched now. */
  readonly targetOf: (check: string) => Target | undefined;
  readonly onAnswer: (kind: WitnessAnswer['kind']) => void;
  /** An outage that lasts was heard of often enough to be looked at again; called once for each. */
  readonly onEnough: (outage: string, question: OutageInQuestion) => void;
}

const WATCHED_MOST = 100;
const A_SECOND_MOST = 5;
const BURST_MOST = 10;
const IN_FLIGHT_MOST = 8;
/** How often a check is asked about: in the first hour, and then, well within what a judge accepts. */
const PACE: Millis = MINUTE;
const LATER_PACE: Millis = 4 * MINUTE;
/** Answers about one check that are kept; an outage with more is given up. At the later pace that is five days. */
const ANSWERS_MOST = 2_000;
/** With so many answers about each of its checks an outage that lasts is looked at again. */
const ENOUGH = 5;
const TICK: Millis = SECOND;

interface Asked {
  readonly answers: Instant[];
  isAsking: boolean;
  /** On the monotonic clock. */
  dueMs: Millis;
}

interface Watched {
  readonly outage: OutageInQuestion;
  readonly checks: Map<string, Asked>;
  readonly sinceMs: Millis;
  /** On the monotonic clock: when anything was last heard, or it began. */
  heardMs: Millis;
  isOver: boolean;
  isEnough: boolean;
}

export class PathWitness {
  readonly #options: PathWitnessOptions;
  readonly #watched = new Map<string, Watched>();
  /** Those that were heard of often enough, and then otherwise. */
  readonly #refuted = new Set<string>();
  readonly #abort = new AbortController();
  readonly #inFlight = new Set<Promise<void>>();
  #tokens = BURST_MOST;
  #cancelTick: CancelTimer | undefined;
  /** Whether it answered when it was last asked. */
  #answers = true;

  constructor(options: PathWitnessOptions) {
    this.#options = options;
  }

  /** An outage was found. It is watched if it looks like a broken path, the witness can be asked, and there is room. */
  begin(id: string, outage: OutageInQuestion): void {
    const { clock, ledger } = this.#options;
    if (this.#abort.signal.aborted || this.#watched.size >= WATCHED_MOST || this.#watched.has(id)) return;
    // Found too late for an answer near its beginning.
    if (ledger.asOf(clock.now()) - outage.start > WITNESS_GAP) return;
    const times = this.#timesOf(outage);
    if (times.length === 0 || !this.#isAskable(times)) return;
    const nowMs = clock.monotonicMs();
    const watched = { outage, checks: new Map(), sinceMs: nowMs, heardMs: nowMs, isOver: false, isEnough: false };
    this.#watched.set(id, watched);
    this.#cancelTick ??= clock.after(0, () => this.#tick());
  }

  /** The outage is over: the witness is not asked about it any more. */
  end(id: string): void {
    const watched = this.#watched.get(id);
    if (watched) watched.isOver = true;
  }

  /** Whether an answer about the outage is under way. */
  isAsking(id: string): boolean {
    return (
      this.#watched
        .get(id)
        ?.checks.values()
        .some(({ isAsking }) => isAsking) ?? false
    );
  }

  /** What was heard of an outage; undefined: it is not watched, or was given up. */
  heard(id: string): Witnessed | undefined {
    const { witness } = this.#options;
    const watched = this.#watched.get(id);
    if (!watched) return this.#refuted.has(id) ? { witness, answers: new Map(), isRefuted: true } : undefined;
    const answers = new Map([...watched.checks].map(([check, asked]) => [check, asked.answers]));
    return { witness, answers };
  }

  /** Lets go of an outage. */
  forget(id: string): void {
    this.#watched.delete(id);
    this.#refuted.delete(id);
  }

  /** Asks no more; resolves when nothing is under way. */
  async stop(): Promise<void> {
    this.#abort.abort(new Error('the daemon is stopping'));
    this.#cancelTick?.();
    await Promise.all(this.#inFlight);
    this.#watched.clear();
    this.#refuted.clear();
  }

  #tick(): void {
    const { clock } = this.#options;
    this.#cancelTick = undefined;
    this.#tokens = Math.min(BURST_MOST, this.#tokens + A_SECOND_MOST);
    // Whoever is asked about goes to the end: with a slow witness each has its turn.
    for (const [id, watched] of [...this.#watched]) {
      if (watched.isOver) continue;
      if (clock.monotonicMs() - watched.heardMs > WITNESS_GAP) this.forget(id);
      else this.#askAbout(id, watched);
    }
    if (this.#watched.size > 0 && !this.#abort.signal.aborted) {
      this.#cancelTick = clock.after(TICK, () => this.#tick());
    }
  }

  #askAbout(id: string, watched: Watched): void {
    const times = this.#timesOf(watched.outage);
    if (!this.#isAskable(times)) {
      this.forget(id);
      return;
    }
    const nowMs = this.#options.clock.monotonicMs();
    for (const { check, until, addresses } of times) {
      if (until !== undefined) continue;
      const asked = watched.checks.get(check) ?? { answers: [], isAsking: false, dueMs: nowMs };
      watched.checks.set(check, asked);
      if (asked.isAsking || asked.dueMs > nowMs) continue;
      if (this.#tokens < 1 || this.#inFlight.size >= IN_FLIGHT_MOST) return;
      const target = this.#options.targetOf(check);
      const question = target && questionAbout(target, this.#options.modules);
      if (question) this.#ask(id, watched, { asked, question, address: addresses[0] });
    }
  }

  #ask(
    id: string,
    watched: Watched,
    { asked, question, address }: { asked: Asked; question: WitnessQuestion; address: string | undefined },
  ): void {
    const { clock, ask } = this.#options;
    const at = clock.now();
    const startedMs = clock.monotonicMs();
    this.#tokens -= 1;
    this.#watched.delete(id);
    this.#watched.set(id, watched);
    asked.isAsking = true;
    asked.dueMs = startedMs + (startedMs - watched.sinceMs < HOUR ? PACE : LATER_PACE);
    const run = ask(question, this.#abort.signal).then((answer) => {
      this.#inFlight.delete(run);
      asked.isAsking = false;
      if (this.#abort.signal.aborted) return;
      this.#noteAnswer(answer);
      if (answer.kind === 'none') return;
      const isSame = answer.addressHash === addressHash(address);
      if (answer.kind === 'down' || !isSame) this.#refute(id, watched);
      else if (asked.answers.length === ANSWERS_MOST) this.forget(id);
      else this.#takeIn(id, watched, asked, at);
    });
    this.#inFlight.add(run);
  }

  #takeIn(id: string, watched: Watched, asked: Asked, at: Instant): void {
    // A clock that was set back would put answers out of order.
    if (at <= (asked.answers.at(-1) ?? Number.NEGATIVE_INFINITY)) return;
    asked.answers.push(at);
    watched.heardMs = this.#options.clock.monotonicMs();
    if (watched.isEnough || watched.isOver) return;
    if (!watched.checks.values().every(({ answers }) => answers.length >= ENOUGH)) return;
    watched.isEnough = true;
    this.#options.onEnough(id, watched.outage);
  }

  /** What may have been proposed while the outage lasted is to be taken back at its end. */
  #refute(id: string, watched: Watched): void {
    this.forget(id);
    if (watched.isEnough) this.#refuted.add(id);
  }

  #noteAnswer(answer: WitnessAnswer): void {
    const { log, witness, onAnswer } = this.#options;
    onAnswer(answer.kind);
    const answers = answer.kind !== 'none';
    if (answers === this.#answers) return;
    this.#answers = answers;
    if (answer.kind === 'none') log.warn({ witness, why: answer.why }, 'the witness could not be asked');
    else log.info({ witness }, 'the witness answers again');
  }

  #timesOf({ service, start }: OutageInQuestion): readonly DownTime[] {
    const { ledger, clock } = this.#options;
    const now = ledger.asOf(clock.now());
    return downTimes(ledger, service, { start, end: Math.max(now, start) + 1 }, now);
  }

  #isAskable(times: readonly DownTime[]): boolean {
    const { targetOf, modules } = this.#options;
    return times.every((time) => {
      const target = isOfPath(time) ? targetOf(time.check) : undefined;
      return target !== undefined && questionAbout(target, modules) !== undefined;
    });
  }
}
