/**
 * Probes a set of checks on schedule and detects their edges. Owned by one thread; knows neither threads nor journal.
 *
 * 1. A check has at most one probe in flight.
 * 2. Observations enter a check's detector in the order they were sent.
 * 3. Coverage is only claimed through instants at which the confirmed state was itself observed, so forgetting
 *    everything later than it (a crash) can make no bound wrong.
 */
import {
  confirmedThrough,
  createDetectorState,
  type DetectorState,
  type Edge,
  expire,
  observe,
  restoreDetectorState,
} from '../domain/detection/detector.ts';
import type { Evidence } from '../domain/facts/fact.ts';
import { type Instant, type Millis, SECOND } from '../domain/time/instant.ts';
import type { ProbeResult } from '../probes/outcome.ts';
import type { CancelTimer, Clock } from '../runtime/clock.ts';
import { DueQueue } from './due-queue.ts';
import { type FateDating, FateGroups } from './fate-dating.ts';
import { nextProbe, nextSlot } from './schedule.ts';
import type { Batch, Coverage, FoundEdge, Sample, WatchedCheck } from './watched-check.ts';

export interface ProberLoopOptions {
  readonly clock: Clock;
  readonly checks: readonly WatchedCheck[];
  /** Runs one probe. It must not reject, and must end within the request's timeout. */
  readonly probe: (check: WatchedCheck, signal: AbortSignal) => Promise<ProbeResult>;
  /** Receives what was found: at once when an edge is, else every second. */
  readonly handOver: (batch: Batch) => void;
}

interface Running {
  readonly check: WatchedCheck;
  readonly state: DetectorState;
  /** When the probe in flight was started; undefined while none is. */
  inFlightSince: Instant | undefined;
  /** Absent where its own probes alone date its edges. */
  readonly fate: FateDating | undefined;
  /** What the first probe of the current contrary run showed. */
  contraryEvidence: Evidence | undefined;
}

const HAND_OVER_EVERY: Millis = SECOND;
/** Timers may not be trusted beyond this; the wall clock is looked at again. */
const LONGEST_NAP: Millis = SECOND;

export class ProberLoop {
  readonly #options: ProberLoopOptions;
  readonly #running: readonly Running[];
  readonly #queue = new DueQueue<Running>();
  readonly #abort = new AbortController();
  readonly #inFlight = new Set<Promise<void>>();
  #edges: FoundEdge[] = [];
  #samples: Sample[] = [];
  #blips: string[] = [];
  #wakeAt: Instant = Number.POSITIVE_INFINITY;
  #wokenAt: Instant = Number.NEGATIVE_INFINITY;
  #cancelWake: CancelTimer = () => {};
  #cancelHandOver: CancelTimer = () => {};

  constructor(options: ProberLoopOptions) {
    this.#options = options;
    const fates = new FateGroups();
    this.#running = options.checks.map((check) => ({
      check,
      fate: fates.join(check),
      state: check.recorded
        ? restoreDetectorState(check.recorded.state, check.recorded.through)
        : createDetectorState(),
      inFlightSince: undefined,
      contraryEvidence: undefined,
    }));
  }

  /** Begins: each check waits for its own next slot. */
  start(): void {
    const now = this.#options.clock.now();
    for (const running of this.#running) {
      this.#queue.add(nextSlot(now, running.check.phaseMs, running.check.intervalMs), running);
    }
    this.#wake();
    this.#handOverRegularly();
  }

  /** Ends: probes in flight are aborted and count for nothing; what was found is handed over. */
  async stop(): Promise<void> {
    this.#cancelWake();
    this.#cancelHandOver();
    this.#abort.abort(new Error('the monitor is stopping'));
    await Promise.all(this.#inFlight);
    this.#handOver();
  }

  #wake(): void {
    const { clock } = this.#options;
    const now = clock.now();
    if (now < this.#wokenAt) this.#putBackOnGrid(now);
    this.#wokenAt = now;
    for (let next = this.#queue.take(now); next; next = this.#queue.take(now)) this.#launch(next.item, next.due);
    this.#wakeBy(this.#queue.nextDue ?? Number.POSITIVE_INFINITY);
  }

  /** The clock was set back: whatever waits would wait until it has caught up, and nothing be probed till then. */
  #putBackOnGrid(now: Instant): void {
    const waiting: Running[] = [];
    for (let next = this.#queue.take(Number.POSITIVE_INFINITY); next; next = this.#queue.take(Number.POSITIVE_INFINITY))
      waiting.push(next.item);
    for (const running of waiting)
      this.#queue.add(nextSlot(now, running.check.phaseMs, running.check.intervalMs), running);
  }

  /** Wakes at an instant, or before: it may lie hours ahead only because the clock was set back meanwhile. */
  #wakeBy(instant: Instant): void {
    this.#cancelWake();
    const { clock } = this.#options;
    const now = clock.now();
    this.#wakeAt = Math.min(now + LONGEST_NAP, Math.max(now, instant));
    this.#cancelWake = clock.after(this.#wakeAt - now, () => this.#wake());
  }

  #launch(running: Running, due: Instant): void {
    const startedAt = this.#options.clock.now();
    running.inFlightSince = startedAt;
    const run = this.#options.probe(running.check, this.#abort.signal).then((result) => {
      running.inFlightSince = undefined;
      this.#inFlight.delete(run);
      if (this.#abort.signal.aborted) return;
      this.#takeIn(running, result, startedAt - due);
    });
    this.#inFlight.add(run);
  }

  #takeIn(running: Running, result: ProbeResult, latenessMs: Millis): void {
    const { check, state } = running;
    this.#samples.push({
      check: check.id,
      sentAt: result.sentAt,
      outcome: result.outcome,
      ...(result.outcome === 'ok' ? {} : { error: result.error }),
      durationMs: result.durationMs,
      latenessMs,
      phases: result.phases,
    });
    // A clock that was set back would make the past happen twice: such an observation says nothing.
    if (state.last === undefined || result.sentAt > state.last) {
      const evidence = evidenceOf(result);
      const wasDoubted = state.confirmed === 'up' && state.contrary > 0;
      let hasChanged = false;
      running.fate?.note(result);
      observe(state, check.policy, result.sentAt, result.outcome, (edge) => {
        hasChanged = true;
        const shown = edge.latest === result.sentAt ? evidence : (running.contraryEvidence ?? evidence);
        const dated = running.fate?.date(edge, result.sentAt);
        if (dated) this.#found(check, dated.edge, { ...shown, sharedFate: dated.fate });
        else this.#found(check, edge, shown);
      });
      if (state.contrary === 1 && result.outcome !== 'void') running.contraryEvidence = evidence;
      if (state.contrary === 0) running.contraryEvidence = undefined;
      if (wasDoubted && !hasChanged && state.contrary === 0) this.#blips.push(check.id);
    }
    const now = this.#options.clock.now();
    const next = nextProbe(Math.min(result.sentAt, now), check.phaseMs, check.intervalMs, state);
    // What fell due while this probe was in flight is due now: it is not late, it could not have been sent.
    const due = Math.max(next, now);
    this.#queue.add(due, running);
    if (due < this.#wakeAt) this.#wakeBy(due);
  }

  #found(check: WatchedCheck, edge: Edge, evidence: Evidence | undefined): void {
    if (this.#edges.length === 0 && !this.#abort.signal.aborted) {
      this.#cancelHandOver();
      this.#cancelHandOver = this.#options.clock.after(0, () => this.#handOverRegularly());
    }
    this.#edges.push({ check: check.id, ...edge, ...(evidence && edge.to !== 'unknown' ? { evidence } : {}) });
  }

  #handOverRegularly(): void {
    this.#handOver();
    this.#cancelHandOver();
    this.#cancelHandOver = this.#options.clock.after(HAND_OVER_EVERY, () => this.#handOverRegularly());
  }

  #handOver(): void {
    const now = this.#options.clock.now();
    for (const { check, state, inFlightSince } of this.#running) {
      expire(state, check.policy, inFlightSince ?? now, (edge) => this.#found(check, edge, undefined));
    }
    const batch = {
      edges: this.#edges,
      coverage: this.#coverage(),
      samples: this.#samples,
      blips: this.#blips,
      inFlight: this.#inFlight.size,
    };
    this.#edges = [];
    this.#samples = [];
    this.#blips = [];
    this.#options.handOver(batch);
  }

  /**
   * A check that is unknown is not covered, but the probe in flight may make it known from the instant it was sent: if
   * coverage had been recorded beyond that instant by then, it would be taken to speak for this check too.
   */
  #coverage(): Coverage[] {
    const through = new Map<Millis, Instant | null>();
    for (const { check, state, inFlightSince } of this.#running) {
      const covered = confirmedThrough(state) ?? inFlightSince ?? null;
      const lowest = through.get(check.intervalMs) ?? null;
      through.set(check.intervalMs, covered === null ? lowest : lowest === null ? covered : Math.min(lowest, covered));
    }
    return [...through].map(([intervalMs, instant]) => ({ intervalMs, through: instant }));
  }
}

function evidenceOf(result: ProbeResult): Evidence {
  const { address, status, expected, seen } = result.evidence;
  return {
    sentAt: result.sentAt,
    ...(result.outcome === 'ok' ? {} : { error: result.error }),
    ...(address === undefined ? {} : { address }),
    ...(status === undefined ? {} : { status }),
    ...(expected === undefined ? {} : { expected }),
    ...(seen === undefined ? {} : { seen }),
  };
}
