/**
 * One run of a probe: its deadline, its phases, its connection, and the one result that it settles with.
 *
 * 1. It settles exactly once; whatever is reported later changes nothing.
 * 2. When it settles, its timer is cancelled and its socket or child process is destroyed, on every path.
 * 3. One phase is open at a time, so no millisecond is counted twice.
 */
import type { Instant } from '../domain/time/instant.ts';
import type { CancelTimer, Clock } from '../runtime/clock.ts';
import { startDeadline } from './deadline.ts';
import { Fault } from './fault.ts';
import type { Failure, PhaseTimes, ProbeEvidence, ProbeResult, VoidReason } from './outcome.ts';
import { printable } from './printable.ts';
import type { ProbeRequest } from './target.ts';
import type { Watch } from './watch.ts';

export type Phase = keyof PhaseTimes;
type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** How an exchange will settle. */
type Verdict =
  | { readonly outcome: 'ok' }
  | { readonly outcome: 'fail'; readonly error: Failure; readonly seen: string; readonly expected: string | undefined };

/** What the deadline means depends on what it cut short. */
const TIMEOUT_WORDS: Readonly<Record<Phase, Failure>> = {
  resolveMs: 'dns_timeout',
  connectMs: 'connect_timeout',
  tlsMs: 'tls_timeout',
  firstByteMs: 'reply_timeout',
  transferMs: 'reply_timeout',
  deliveryMs: 'delivery_timeout',
};

/** A deadline noticed later than this was missed by us: the replies that it judges may have been waiting unread. */
const STARVED_MS = 250;

/** What is asked now may still be on its way, or be worked on, for so long: what dies meanwhile was alive when asked. */
const ANSWER_MS = 1_000;

/** What an exchange holds of the machine and gives back when it settles: a socket, a child process. */
export interface Held {
  destroy(): unknown;
}

export class Exchange {
  readonly clock: Clock;
  readonly request: ProbeRequest;
  /** Absent for scheduled probes. */
  readonly watch: Watch | undefined;
  /** Gathered on the way; everything from a target is made printable before it is put here. */
  readonly evidence: Writable<ProbeEvidence> = {};
  /** Which server is spoken with, where a probe needs several; it stands before what was seen. */
  party: string | null = null;
  /**
   * Asked when the deadline cuts the exchange short, by whoever knows better than the open phase what that means; it
   * settles the exchange or leaves that to the phase's word.
   */
  atDeadline: ((exchange: Exchange) => void) | null = null;
  readonly #sentAt: Instant;
  readonly #startMs: number;
  readonly #phases: Writable<PhaseTimes> = {};
  readonly #settled: (result: ProbeResult) => void;
  readonly #cancelTimer: CancelTimer;
  #cancelPause: CancelTimer | null = null;
  #held: Held | null = null;
  #aside: Held | null = null;
  #phase: Phase | null = null;
  #phaseStartMs: number;
  /** Fixed before the exchange settles: what comes in between is not part of what it is an observation of. */
  #endMs: number | null = null;
  #verdict: Verdict | null = null;
  #shownMs: number | null = null;
  #done = false;

  /** Starts the deadline. `settled` is called once, synchronously with whatever ends the exchange. */
  constructor(clock: Clock, request: ProbeRequest, settled: (result: ProbeResult) => void, watch?: Watch) {
    this.clock = clock;
    this.watch = watch;
    this.request = request;
    this.#settled = settled;
    this.#sentAt = Math.trunc(clock.now());
    this.#startMs = clock.monotonicMs();
    this.#phaseStartMs = this.#startMs;
    this.#cancelTimer = startDeadline(clock, request.timeoutMs, (lateMs) => this.#expire(lateMs));
  }

  get done(): boolean {
    return this.#done;
  }

  get phase(): Phase | null {
    return this.#phase;
  }

  /** Milliseconds until the deadline. */
  get remainingMs(): number {
    return this.#startMs + this.request.timeoutMs - this.clock.monotonicMs();
  }

  /** Calls back once, unless the exchange has settled by then. One such wait at a time: a further one takes its place. */
  pause(ms: number, over: () => void): void {
    this.#cancelPause?.();
    this.#cancelPause = this.clock.after(ms, over);
  }

  /** Ends the open phase and opens another; a phase entered again adds to its time. */
  enter(phase: Phase): void {
    const nowMs = this.clock.monotonicMs();
    this.#leave(nowMs);
    this.#phase = phase;
    this.#phaseStartMs = nowMs;
  }

  /**
   * Makes a socket's life the exchange's. The caller has put an error listener on it. A TLS socket takes the place of
   * the plain one below it and destroys that itself. To destroy the plain one first, while TLS is handing data up, frees
   * the TLS state under the reader's feet and ends the process with a segmentation fault (Node 26).
   */
  own(held: Held): void {
    if (this.#done) held.destroy();
    else this.#held = held;
  }

  /** Takes a phase's time from an instrument nearer to the target than we are, and ends the phase. */
  measured(phase: Phase, ms: number): void {
    this.#phase = null;
    this.#phases[phase] = ms;
  }

  /** Destroys the connection, to go on with another: a redirect leads elsewhere. */
  disconnect(): void {
    this.#held?.destroy();
    this.#held = null;
  }

  /** Lets another connection be opened beside the one that is owned, which stays owned too. Once an exchange. */
  setAside(): void {
    this.#aside = this.#held;
    this.#held = null;
  }

  /** The target has served: the end is now and it is good, whatever its goodbye is like. The first call counts. */
  prove(): void {
    this.#decide({ outcome: 'ok' });
  }

  /**
   * The target has not served: the end is now and it is this failure, whatever is still read of it for the evidence. The
   * first call counts.
   */
  condemn(error: Failure, seen: string, expected?: string): void {
    this.#decide({ outcome: 'fail', error, seen, expected });
  }

  /** Settles as `prove` or `condemn` said. */
  conclude(): void {
    if (this.#verdict === null && !this.#done) throw new TypeError('an exchange is concluded when it was decided');
    this.#settle('ok');
  }

  succeed(): void {
    this.#settle('ok');
  }

  /** `seen` and `expected` are one short printable sentence each. */
  fail(error: Failure, seen: string, expected?: string): void {
    this.#settle('fail', error, seen, expected);
  }

  /** Ends without evidence about the target. */
  abandon(error: VoidReason, seen: string): void {
    this.#settle('void', error, seen);
  }

  /** Ends with what was thrown: a `Fault` is a finding, anything else is a defect of ours. */
  failWith(thrown: unknown): void {
    if (thrown instanceof Fault) this.fail(thrown.failure, thrown.seen, thrown.expected);
    else this.abandon('internal_error', printable(thrown instanceof Error ? thrown.message : String(thrown)));
  }

  #decide(verdict: Verdict): void {
    if (this.#verdict !== null || this.#done) return;
    this.#verdict = verdict;
    this.#endMs = this.clock.monotonicMs();
    this.#leave(this.#endMs);
  }

  #expire(lateMs: number): void {
    if (lateMs > STARVED_MS) {
      this.abandon('out_of_resources', `the monitor was busy and noticed the deadline ${Math.round(lateMs)} ms late`);
      return;
    }
    if (this.#endMs === null) this.#shownMs = this.#phaseStartMs + ANSWER_MS;
    this.atDeadline?.(this);
    if (!this.#done) {
      this.fail(TIMEOUT_WORDS[this.#phase ?? 'resolveMs'], `nothing more within ${this.request.timeoutMs} ms`);
    }
  }

  #leave(nowMs: number): void {
    const phase = this.#phase;
    if (phase !== null) this.#phases[phase] = (this.#phases[phase] ?? 0) + nowMs - this.#phaseStartMs;
    this.#phase = null;
  }

  #settle(outcome: 'ok'): void;
  #settle(outcome: 'fail', error: Failure, seen: string, expected?: string): void;
  #settle(outcome: 'void', error: VoidReason, seen: string): void;
  #settle(outcome: ProbeResult['outcome'], error?: Failure | VoidReason, seen?: string, expected?: string): void {
    if (this.#done) return;
    this.#done = true;
    this.#cancelTimer();
    this.#cancelPause?.();
    const endMs = this.#endMs ?? this.clock.monotonicMs();
    this.#leave(endMs);
    this.#held?.destroy();
    this.#aside?.destroy();
    const run = {
      sentAt: this.#sentAt,
      shownAt: this.#sentAt + Math.ceil(Math.min(this.#shownMs ?? endMs, endMs) - this.#startMs),
      durationMs: endMs - this.#startMs,
      phases: this.#phases,
      evidence: this.evidence,
    };
    const verdict = this.#verdict ?? { outcome, error, seen, expected };
    if (verdict.outcome === 'ok') {
      this.#settled({ outcome: 'ok', ...run });
      return;
    }
    if (verdict.seen !== undefined)
      this.evidence.seen = this.party === null ? verdict.seen : `${this.party}: ${verdict.seen}`;
    if (verdict.expected !== undefined) this.evidence.expected = verdict.expected;
    this.#settled({ outcome: verdict.outcome, error: verdict.error, ...run } as ProbeResult);
  }
}
