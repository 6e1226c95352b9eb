/**
 * Self-doubt: targets of known good standing, outside the provider's network, tell "they are down" from "I am blind".
 *
 * 1. All canaries are asked in rounds, one at a time: once an interval, oftener while blind, and on demand when a check
 *    failed, but never more than once in `ROUNDS_APART`. A round is good when as many answer as are needed.
 * 2. A failure is evidence only if the monitor was seeing when the probe was sent and a round that began after the
 *    failure was good. Until that is known the failure is held.
 * 3. From a bad round to the next good one the monitor is blind: nothing that a probe showed counts then, good or bad.
 *
 * Everything is measured on the monotonic clock: a step of the wall clock makes nobody blind. A blindness that begins and
 * ends between two rounds is not noticed; docs/decisions/0012 says what it can do.
 */
import { type Millis, SECOND } from '../domain/time/instant.ts';
import type { ProbeResult } from '../probes/outcome.ts';
import type { CancelTimer, Clock } from '../runtime/clock.ts';
import type { ProberLoopOptions } from './prober-loop.ts';
import type { Canary, CanarySettings } from './watched-check.ts';

export interface CanariesOptions extends CanarySettings {
  readonly clock: Clock;
  /** Runs one probe of a canary. It must not reject, and must end within the request's timeout. */
  readonly probe: (canary: Canary, signal: AbortSignal) => Promise<ProbeResult>;
  /** Called when the monitor becomes blind, and when it sees again. */
  readonly onSight: (isBlind: boolean) => void;
}

const ROUNDS_APART: Millis = SECOND;
const BLIND_PACE: Millis = 5 * SECOND;

interface Question {
  readonly askedMs: Millis;
  readonly answer: (isEvidence: boolean) => void;
}

export class Canaries {
  readonly #options: CanariesOptions;
  readonly #questions = new Set<Question>();
  /** When the round was sent from which on the monitor has been seeing; undefined before the first good one, and while blind. */
  #seeingSinceMs: Millis | undefined;
  #isBlind = false;
  #round: AbortController | undefined;
  #sentMs: Millis = Number.NEGATIVE_INFINITY;
  #cancelNext: CancelTimer = () => {};
  #stopped = false;

  constructor(options: CanariesOptions) {
    this.#options = options;
  }

  get isBlind(): boolean {
    return this.#isBlind;
  }

  /** Begins with a round at once. */
  start(): void {
    this.#send();
  }

  /** Ends; failures that are held are no evidence. */
  stop(): void {
    this.#stopped = true;
    this.#cancelNext();
    this.#round?.abort(new Error('the monitor is stopping'));
    this.#answer(() => false);
  }

  /**
   * Whether a failure that is known now is evidence of its target.
   * @param sentMs when its probe was sent, on the monotonic clock.
   */
  vouch(sentMs: Millis): Promise<boolean> {
    if (this.#stopped || this.#isBlind) return Promise.resolve(false);
    return new Promise((resolve) => {
      const askedMs = this.#options.clock.monotonicMs();
      this.#questions.add({
        askedMs,
        answer: (isGood) => resolve(isGood && (this.#seeingSinceMs ?? sentMs + 1) <= sentMs),
      });
      this.#plan();
    });
  }

  #send(): void {
    const { clock, canaries, need, probe } = this.#options;
    this.#cancelNext();
    this.#sentMs = clock.monotonicMs();
    const round = new AbortController();
    this.#round = round;
    let good = 0;
    let open = canaries.length;
    for (const canary of canaries) {
      void probe(canary, round.signal).then((result) => {
        open -= 1;
        if (result.outcome === 'ok') good += 1;
        if (this.#round === round && (good >= need || good + open < need)) this.#conclude(good >= need);
      });
    }
  }

  /** What else is under way of the round is given up: its answer is known. */
  #conclude(isGood: boolean): void {
    this.#round?.abort(new Error('the round is over'));
    this.#round = undefined;
    if (this.#stopped) return;
    const wasBlind = this.#isBlind;
    this.#isBlind = !isGood;
    this.#seeingSinceMs = isGood ? (this.#seeingSinceMs ?? this.#sentMs) : undefined;
    if (isGood) this.#answer(({ askedMs }) => (askedMs <= this.#sentMs ? true : undefined));
    else this.#answer(() => false);
    this.#plan();
    if (wasBlind !== this.#isBlind) this.#options.onSight(this.#isBlind);
  }

  /** @param verdict undefined for questions that this round came too early for. */
  #answer(verdict: (question: Question) => boolean | undefined): void {
    for (const question of this.#questions) {
      const isEvidence = verdict(question);
      if (isEvidence === undefined) continue;
      this.#questions.delete(question);
      question.answer(isEvidence);
    }
  }

  /** Plans the next round, unless one is under way: it plans when it ends. */
  #plan(): void {
    if (this.#round || this.#stopped) return;
    const { clock, intervalMs } = this.#options;
    const pace = this.#isBlind ? Math.min(BLIND_PACE, intervalMs) : intervalMs;
    const due = this.#sentMs + (this.#questions.size > 0 ? ROUNDS_APART : pace);
    this.#cancelNext();
    this.#cancelNext = clock.after(Math.max(0, due - clock.monotonicMs()), () => this.#send());
  }
}

/** The probe of a loop, with every failure held until the canaries vouch for the monitor. */
export function vouchedProbe(
  probe: ProberLoopOptions['probe'],
  canaries: Canaries,
  clock: Pick<Clock, 'monotonicMs'>,
): ProberLoopOptions['probe'] {
  return (check, signal) => {
    const sentMs = clock.monotonicMs();
    return probe(check, signal).then((result) => {
      if (result.outcome === 'void') return result;
      if (result.outcome === 'ok') return canaries.isBlind ? blindly(result) : result;
      return canaries.vouch(sentMs).then((isEvidence) => (isEvidence ? result : blindly(result)));
    });
  };
}

/** What a blind monitor's probe says of its target: nothing. */
function blindly({ sentAt, shownAt, durationMs, phases, evidence }: ProbeResult): ProbeResult {
  return { sentAt, shownAt, durationMs, phases, evidence, outcome: 'void', error: 'monitor_blind' };
}
