/**
 * Probes a set of checks on schedule and detects their edges. Owned by one thread; knows neither threads nor journal.
 *
 * 1. A check has at most one probe in flight.
 * 2. Observations enter a check's detector in the order they were sent.
 * 3. Coverage is only claimed through instants at which the confirmed state was itself observed, so forgetting
 *    everything later than it (a crash) can make no bound wrong.
 * 4. No slot is dropped for an extra probe (launch-gate.ts); a slot that comes while its check's probe is in flight is due
 *    when that has ended.
 */
import { createDetectorState, type Edge, observe } from '../domain/detection/detector.ts';
import type { Evidence } from '../domain/facts/fact.ts';
import { type Instant, type Millis, SECOND } from '../domain/time/instant.ts';
import type { ProbeResult } from '../probes/outcome.ts';
import type { CancelTimer, Clock } from '../runtime/clock.ts';
import { Budget } from './budget.ts';
import { DueQueue } from './due-queue.ts';
import { addFailed, failedEvidence } from './failed-run.ts';
import { FateGroups } from './fate-dating.ts';
import { HandOver } from './hand-over.ts';
import { IntervalRing } from './interval-ring.ts';
import { LaunchGate } from './launch-gate.ts';
import { evidenceOf } from './probe-evidence.ts';
import { type RunningCheck, runningCheck } from './running-check.ts';
import { downPace, extraDelay } from './schedule.ts';
import { SharedThings } from './shared-things.ts';
import { Wander } from './wander.ts';
import type { Batch, Jitter, ProbeLimits, WatchedCheck } from './watched-check.ts';

export interface ProberLoopOptions {
  readonly clock: Clock;
  readonly checks: readonly WatchedCheck[];
  readonly limits?: ProbeLimits;
  /** Default: none. */
  readonly jitter?: Jitter;
  /** Runs one probe. It must not reject, and must end within the request's timeout. */
  readonly probe: (check: WatchedCheck, signal: AbortSignal) => Promise<ProbeResult>;
  /** Receives what was found: soon when an edge is, else every second. */
  readonly handOver: (batch: Batch) => void;
}

/** What changes of the checks under way. */
export interface CheckChanges {
  /** Ids of checks that are not watched any longer. */
  readonly removed: readonly string[];
  /** New checks, and those whose settings changed. */
  readonly set: readonly WatchedCheck[];
}

const DEFAULT_LIMITS: ProbeLimits = { perServer: 8, inFlight: 30_000, extra: 1 };

const NO_JITTER: Jitter = { part: 0, seed: 0 };

/** Timers may not be trusted beyond this; the wall clock is looked at again. */
const LONGEST_NAP: Millis = SECOND;
/** Who is not among those watched closely looks after so many paces whether the budget has something to spare. */
const PATIENCE_PACES = 3;
/** Wake-ups are at least this far apart, so that at a fast pace many probes share one. */
export const TICK: Millis = 50;

export class ProberLoop {
  readonly #options: ProberLoopOptions;
  readonly #limits: ProbeLimits;
  readonly #running = new Map<string, RunningCheck>();
  readonly #shared = new SharedThings();
  readonly #fates = new FateGroups();
  readonly #rings = new Map<Millis, IntervalRing>();
  readonly #slots = new DueQueue<IntervalRing>();
  readonly #extras = new DueQueue<RunningCheck>();
  readonly #budget: Budget;
  readonly #gate: LaunchGate;
  readonly #handOver: HandOver;
  readonly #abort = new AbortController();
  readonly #inFlight = new Set<Promise<void>>();
  /** When the newest probe was sent. */
  #sentAt: Instant = Number.NEGATIVE_INFINITY;
  /** Instants up to this one were before the clock was set back, and are accounted for: what is observed of them again says nothing. */
  #accountedTo: Instant;
  #wakeAt: Instant = Number.POSITIVE_INFINITY;
  #wokenAt: Instant = Number.NEGATIVE_INFINITY;
  #wokenMs: Millis = Number.NEGATIVE_INFINITY;
  #cancelWake: CancelTimer = () => {};

  constructor(options: ProberLoopOptions) {
    const { clock, checks, limits = DEFAULT_LIMITS } = options;
    this.#options = options;
    this.#limits = limits;
    this.#handOver = new HandOver(clock, () => this.#deliver());
    this.#budget = new Budget(clock, 0);
    this.#gate = new LaunchGate({
      budget: this.#budget,
      perServer: limits.perServer,
      mostInFlight: limits.inFlight,
      send: (running, due) => this.#send(running, due),
    });
    for (const check of checks) this.#add(check);
    // In the future only where the clock was set back before this start.
    this.#accountedTo = checks.reduce((to, { recorded }) => Math.max(to, recorded?.through ?? to), this.#sentAt);
  }

  /** Begins: each check waits for its own next slot. */
  start(): void {
    this.#arrange(this.#options.clock.now());
    this.#wake();
    this.#handOver.start();
  }

  /** Ends: probes in flight are aborted and count for nothing; what was found is handed over. */
  async stop(): Promise<void> {
    this.#cancelWake();
    this.#handOver.stop();
    this.#abort.abort(new Error('the monitor is stopping'));
    await Promise.all(this.#inFlight);
    this.#deliver();
  }

  /**
   * Takes other settings in, between two probes: a check that is set again keeps its phase, what is known of it and its probe in
   * flight. One that is removed, or gets another interval, becomes unknown where it was last observed: it leaves the
   * checks that coverage speaks for together. What was found so far is handed over before this returns.
   */
  change({ removed, set }: CheckChanges): void {
    this.#wake();
    for (const id of removed) this.#remove(id);
    for (const check of set) {
      const running = this.#running.get(check.id);
      if (running?.check.intervalMs === check.intervalMs) {
        this.#join(running, check);
      } else {
        this.#remove(check.id);
        this.#add(check);
      }
    }
    this.#arrange(this.#wokenAt);
    this.#wakeBy(this.#nextDue());
    this.#deliver();
  }

  #add(check: WatchedCheck): void {
    const running = runningCheck(check, this.#shared.serverOf(check), this.#shared.sampleOf(check));
    running.fate = this.#fates.join(check);
    this.#running.set(check.id, running);
    if (running.downSince !== undefined) running.sample?.add(running);
  }

  /** Gives a check other settings. */
  #join(running: RunningCheck, check: WatchedCheck): void {
    const next = running.sample?.remove(running);
    if (next) this.#planExtra(next, this.#options.clock.now());
    if (running.check.fate !== check.fate) {
      if (running.fate) this.#fates.leave(running.fate);
      running.fate = this.#fates.join(check);
    }
    running.check = check;
    running.sample = this.#shared.sampleOf(check);
    if (running.downSince !== undefined) running.sample?.add(running);
    const { waiting } = running;
    this.#gate.forget(running);
    running.server = this.#shared.serverOf(check);
    if (waiting) this.#gate.ask(running, waiting.urgency, waiting.due, this.#wokenAt);
  }

  #remove(id: string): void {
    const running = this.#running.get(id);
    if (!running) return;
    const { state } = running;
    if (state.last !== undefined && state.confirmed !== 'unknown') {
      this.#found(running, { to: 'unknown', earliest: state.last, latest: state.last }, undefined);
    }
    Object.assign(state, createDetectorState());
    if (running.fate) this.#fates.leave(running.fate);
    this.#gate.forget(running);
    running.extraDue = Number.POSITIVE_INFINITY;
    running.gone = true;
    this.#running.delete(id);
  }

  /** Puts all checks in the order of their slots, each waiting for its first one later than `after`. */
  #arrange(after: Instant): void {
    for (const server of this.#shared.servers()) server.need = 0;
    let slotsPerSecond = 0;
    for (const { check, server } of this.#running.values()) {
      slotsPerSecond += SECOND / check.intervalMs;
      server.need += (check.policy.failures * check.request.timeoutMs) / check.intervalMs;
    }
    this.#budget.resize(slotsPerSecond * this.#limits.extra);
    const members = Map.groupBy(this.#running.values(), (running) => running.check.intervalMs);
    for (const intervalMs of this.#rings.keys()) if (!members.has(intervalMs)) this.#rings.delete(intervalMs);
    for (const [intervalMs, all] of members) {
      const ring = this.#rings.get(intervalMs) ?? this.#newRing(intervalMs);
      this.#rings.set(intervalMs, ring);
      ring.fill(all, after);
    }
    this.#queueRings();
  }

  #newRing(intervalMs: Millis): IntervalRing {
    const { part, seed } = this.#options.jitter ?? NO_JITTER;
    return new IntervalRing(intervalMs, new Wander(intervalMs, Math.floor(part * intervalMs), seed));
  }

  #queueRings(): void {
    this.#slots.clear();
    for (const ring of this.#rings.values()) this.#slots.add(ring.nextDue, ring);
  }

  #wake(): void {
    const { clock } = this.#options;
    const now = clock.now();
    if (now < this.#wokenAt) this.#putBackOnGrid(now);
    this.#wokenAt = now;
    this.#wokenMs = clock.monotonicMs();
    this.#gate.drain(now);
    for (let next = this.#slots.take(now); next; next = this.#slots.take(now)) {
      const ring = next.item;
      this.#handOver.skip(ring.take(now, (running, slot) => this.#takeSlot(running, slot, now)));
      this.#slots.add(ring.nextDue, ring);
    }
    for (let next = this.#extras.take(now); next; next = this.#extras.take(now)) {
      const { item: running, due } = next;
      if (running.extraDue !== due) continue; // planned otherwise meanwhile
      running.extraDue = Number.POSITIVE_INFINITY;
      if (running.inFlightSince === undefined) this.#takeExtra(running, due, now);
    }
    this.#wakeBy(this.#nextDue());
  }

  #takeSlot(running: RunningCheck, slot: Instant, now: Instant): void {
    if (running.inFlightSince === undefined) this.#gate.ask(running, 'slot', slot, now);
    else running.owed = true;
  }

  #takeExtra(running: RunningCheck, due: Instant, now: Instant): void {
    if (running.state.contrary > 0) this.#gate.ask(running, 'confirm', due, now);
    else if (running.sample === undefined || running.sample.isClose(running) || this.#budget.hasSpare) {
      this.#gate.ask(running, 'watch', due, now);
    } else if (running.downSince !== undefined) {
      // Its neighbours are watched for it. A slot that comes sooner plans anew.
      this.#planAt(running, now + PATIENCE_PACES * downPace(now - running.downSince, running.check.intervalMs));
    }
  }

  /** The clock was set back: whatever waits would wait until it has caught up, and nothing be probed till then. */
  #putBackOnGrid(now: Instant): void {
    for (const ring of this.#rings.values()) ring.turnTo(now);
    this.#queueRings();
    this.#extras.clear();
    for (const running of this.#running.values()) running.extraDue = Number.POSITIVE_INFINITY;
  }

  #nextDue(): Instant {
    const next = Math.min(this.#slots.nextDue ?? Infinity, this.#extras.nextDue ?? Infinity);
    return this.#gate.holds ? Math.min(next, this.#options.clock.now()) : next;
  }

  /** Wakes at an instant, or before: it may lie hours ahead only because the clock was set back meanwhile. */
  #wakeBy(instant: Instant): void {
    this.#cancelWake();
    const { clock } = this.#options;
    const now = clock.now();
    const rest = Math.max(0, this.#wokenMs + TICK - clock.monotonicMs());
    this.#wakeAt = Math.min(now + LONGEST_NAP, Math.max(now + rest, instant));
    this.#cancelWake = clock.after(this.#wakeAt - now, () => this.#wake());
  }

  #send(running: RunningCheck, due: Instant): void {
    const startedAt = this.#options.clock.now();
    if (startedAt < this.#sentAt) this.#accountedTo = Math.max(this.#accountedTo, this.#sentAt);
    this.#sentAt = startedAt;
    const accountedTo = this.#accountedTo;
    const { server } = running;
    running.inFlightSince = startedAt;
    running.extraDue = Number.POSITIVE_INFINITY;
    if (running.block && running.state.confirmed === 'unknown') running.block.changed = true;
    const run = this.#options.probe(running.check, this.#abort.signal).then((result) => {
      running.inFlightSince = undefined;
      this.#inFlight.delete(run);
      if (this.#abort.signal.aborted) return;
      const isNew = result.sentAt > Math.max(accountedTo, running.state.last ?? accountedTo);
      if (!running.gone) this.#takeIn(running, result, { isNew, latenessMs: startedAt - due });
      this.#gate.done(server);
    });
    this.#inFlight.add(run);
  }

  #takeIn(
    running: RunningCheck,
    result: ProbeResult,
    { isNew, latenessMs }: { readonly isNew: boolean; readonly latenessMs: Millis },
  ): void {
    const { check, state } = running;
    this.#handOver.sample({
      check: check.id,
      sentAt: result.sentAt,
      outcome: result.outcome,
      ...(result.outcome === 'ok' ? {} : { error: result.error }),
      durationMs: result.durationMs,
      latenessMs,
      phases: result.phases,
    });
    if (running.block) running.block.changed = true;
    const now = this.#options.clock.now();
    const { downSince } = running;
    // A clock that was set back would make the past happen twice: such an observation says nothing (docs/decisions/0018).
    if (isNew) {
      const evidence = evidenceOf(result);
      const wasDoubted = state.confirmed === 'up' && state.contrary > 0;
      let hasChanged = false;
      running.fate?.note(result);
      const emit = (edge: Edge): void => {
        hasChanged = true;
        const first = edge.latest >= result.sentAt ? evidence : (running.contraryEvidence ?? evidence);
        const { failed } = running;
        const hasRecovered = edge.to === 'up' && downSince !== undefined;
        const shown = hasRecovered && failed ? { ...first, failed: failedEvidence(failed) } : first;
        const dated = running.fate?.date(edge, result.sentAt);
        if (dated) this.#found(running, dated.edge, { ...shown, sharedFate: dated.fate });
        else this.#found(running, edge, shown);
      };
      observe(state, check.policy, result.sentAt, result.outcome, emit, result.shownAt);
      if (result.outcome === 'fail') running.failed = addFailed(running.failed, result);
      else if (state.confirmed === 'up' && state.contrary === 0) running.failed = undefined;
      if (state.contrary === 1 && result.outcome !== 'void') running.contraryEvidence = evidence;
      if (state.contrary === 0) running.contraryEvidence = undefined;
      if (wasDoubted && !hasChanged && state.contrary === 0) this.#handOver.blip(check.id);
      if (result.outcome === 'fail') this.#askNeighbours(running, now);
      if (downSince !== undefined && result.outcome === 'ok') this.#wakeNeighbours(running, now - downSince, now);
    }
    if (running.owed) {
      running.owed = false;
      // It is due now and not late: while the probe before it was in flight, it could not have been sent.
      this.#gate.ask(running, 'slot', now, now);
    } else this.#planExtra(running, Math.min(result.sentAt, now));
  }

  /** One that fails once more will be down: whether its neighbours have fallen with it is worth knowing by then. */
  #askNeighbours({ check, state, fate }: RunningCheck, now: Instant): void {
    if (state.confirmed !== 'up' || state.contrary !== check.policy.failures - 1) return;
    for (const id of fate?.ask(now, check.intervalMs) ?? []) {
      const neighbour = this.#running.get(id);
      if (neighbour?.state.confirmed === 'up' && neighbour.state.contrary === 0) this.#planAt(neighbour, now);
    }
  }

  /** The first of a group that answers again: the others that are down are worth a look. */
  #wakeNeighbours(running: RunningCheck, downForMs: Millis, now: Instant): void {
    const paceMs = downPace(downForMs, running.check.intervalMs);
    for (const neighbour of running.sample?.wake(now, paceMs) ?? []) {
      // One that is being confirmed, the first itself among them, goes on as planned.
      if (neighbour.state.contrary === 0) this.#planAt(neighbour, now);
    }
  }

  /** @param from when it was last probed. */
  #planExtra(running: RunningCheck, from: Instant): void {
    const { check, state, downSince } = running;
    const delay = extraDelay(state, check.intervalMs, from - (downSince ?? from));
    // A slot comes sooner than an interval from now.
    if (delay !== undefined && delay < check.intervalMs)
      this.#planAt(running, Math.max(from + delay, this.#options.clock.now()));
  }

  #planAt(running: RunningCheck, due: Instant): void {
    running.extraDue = due;
    this.#extras.add(due, running);
    if (due < this.#wakeAt) this.#wakeBy(due);
  }

  #found(running: RunningCheck, edge: Edge, evidence: Evidence | undefined): void {
    const { check, sample } = running;
    this.#handOver.edge({ check: check.id, ...edge, ...(evidence && edge.to !== 'unknown' ? { evidence } : {}) });
    if (edge.to === 'down') {
      running.downSince = edge.latest;
      sample?.add(running);
    } else {
      running.downSince = undefined;
      if (edge.to === 'unknown') running.failed = undefined;
      const next = sample?.remove(running);
      if (next) this.#planAt(next, this.#options.clock.now());
    }
  }

  #deliver(): void {
    const now = this.#options.clock.now();
    const coverage = [...this.#rings.values()].map((ring) => ({
      intervalMs: ring.intervalMs,
      through: ring.coverage(now, (running, edge) => this.#found(running, edge, undefined)),
    }));
    const { size: inFlight } = this.#inFlight;
    this.#options.handOver({ ...this.#handOver.take(), coverage, inFlight, waiting: this.#gate.waiting });
  }
}
