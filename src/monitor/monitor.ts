/**
 * Runs the checks in worker threads and merges what they find. A worker that dies is replaced, and said so; one that dies
 * again and again is given a rest before each new start, and its checks are unknown meanwhile, for all others' coverage
 * would have to wait for them.
 */
import { setImmediate as turn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { firstObserved } from '../domain/detection/last-state.ts';
import { type Instant, MINUTE, type Millis, SECOND } from '../domain/time/instant.ts';
import type { CancelTimer, Clock } from '../runtime/clock.ts';
import { inSlices } from '../runtime/slices.ts';
import type { FromProber, ProberData, ToProber } from './prober-messages.ts';
import { assignShards, shardSteps } from './shards.ts';
import {
  type Batch,
  type CanarySettings,
  type Coverage,
  type FoundEdge,
  isRunAlike,
  type Jitter,
  type ProbeLimits,
  type RecordedState,
  type WaitingProbes,
  type WatchedCheck,
} from './watched-check.ts';

export interface MonitorOptions {
  readonly clock: Clock;
  readonly threads: number;
  /** The checks to run, each with what was last recorded of it. */
  readonly checks: readonly WatchedCheck[];
  /** Of all threads together. */
  readonly limits: ProbeLimits;
  readonly jitter: Jitter;
  /** Absent: the monitor takes what it sees for true. */
  readonly canaries?: CanarySettings | undefined;
  /** Called when the canaries say that the monitor is blind, in any of its threads, and when it sees again. */
  readonly onSight?: (isBlind: boolean) => void;
  /** Receives what the workers found; coverage, probes in flight and waiting already merged over all of them. */
  readonly onBatch: (batch: Batch) => void;
  /** A worker died; it is replaced after so long. */
  readonly onWorkerLost: (reason: unknown, restartMs: Millis) => void;
  /** A worker dies again and again; undefined when all have lived long enough. */
  readonly onTrouble: (reason: unknown) => void;
}

const RESTART_DELAY: Millis = SECOND;
const LONGEST_RESTART_DELAY: Millis = MINUTE;
/** So many deaths, none of them this long after the start before, are a trouble of the daemon. */
const TROUBLE_DEATHS = 3;
const LONG_LIFE: Millis = MINUTE;
const STOP_DEADLINE: Millis = 1_500;
/** Checks in one message of a change. */
const TOLD_AT_ONCE = 200;

type Covered = ReadonlyMap<Millis, Instant | null>;
const NOTHING_COVERED: Covered = new Map();
const NONE_WAITING: WaitingProbes = { budget: 0, server: 0, room: 0 };

/** A share of the checks and the thread that runs it. */
interface Crew {
  readonly shard: number;
  checks: readonly WatchedCheck[];
  /** Absent from its end until it is replaced. */
  worker: Worker | undefined;
  startedMs: Millis;
  /** Deaths in a row. */
  deaths: number;
  /** Its checks were said to be unknown: coverage does not wait for them. */
  unknown: boolean;
  /** Through when each interval is covered; absent until the first word of the worker. */
  coverage: Covered | undefined;
  /** What the worker before said that it covered. */
  coveredBefore: Covered;
  inFlight: number;
  waiting: WaitingProbes;
  isBlind: boolean;
}

export class Monitor {
  readonly #options: MonitorOptions;
  readonly #crews = new Map<number, Crew>();
  readonly #restarts = new Set<CancelTimer>();
  /** What the newest edge that a worker found of each check began. */
  readonly #newest = new Map<string, RecordedState>();
  #shards: ReadonlyMap<string, number>;
  #stopping = false;

  constructor(options: MonitorOptions) {
    this.#options = options;
    this.#shards = assignShards(options.checks, options.threads);
  }

  /** Starts the worker threads. */
  start(): void {
    for (const [shard, checks] of this.#byShard(this.#options.checks)) this.#startCrew(shard, checks);
  }

  /**
   * Goes over to other checks, without a pause for those that stay: they keep their phase, what is known of them and
   * the probe in flight, also where their settings change. Those that end, or get another interval, become unknown where they were
   * last observed. No check moves to another thread. Resolves when the threads have been told; one change at a time.
   */
  async change(checks: readonly WatchedCheck[]): Promise<void> {
    const { clock } = this.#options;
    const { shards, wanted, changes } = await inSlices(this.#changeSteps(checks), clock);
    this.#shards = shards;
    for (const [crew, { removed, set, ended }] of changes) {
      crew.checks = wanted.get(crew.shard) ?? [];
      for (const id of [...removed, ...ended]) this.#newest.delete(id);
      await this.#tellChange(crew, removed, set);
    }
    if (this.#stopping) return;
    for (const [shard, mine] of wanted) if (!this.#crews.has(shard)) this.#startCrew(shard, mine);
  }

  *#changeSteps(checks: readonly WatchedCheck[]) {
    const shards = yield* shardSteps(checks, this.#options.threads, this.#shards);
    const wanted = new Map<number, WatchedCheck[]>();
    const ids = new Set<string>();
    for (const check of checks) {
      ids.add(check.id);
      const shard = shards.get(check.id) ?? 0;
      const mine = wanted.get(shard);
      if (mine) mine.push(check);
      else wanted.set(shard, [check]);
      yield;
    }
    const changes = new Map<
      Crew,
      { readonly removed: string[]; readonly set: WatchedCheck[]; readonly ended: string[] }
    >();
    for (const crew of this.#crews.values()) {
      const before = new Map<string, WatchedCheck>();
      const change = { removed: [] as string[], set: [] as WatchedCheck[], ended: [] as string[] };
      for (const check of crew.checks) {
        before.set(check.id, check);
        if (!ids.has(check.id)) change.removed.push(check.id);
        yield;
      }
      for (const check of wanted.get(crew.shard) ?? []) {
        const known = before.get(check.id);
        if (!isRunAlike(known, check)) change.set.push(check);
        if (known !== undefined && known.intervalMs !== check.intervalMs) change.ended.push(check.id);
        yield;
      }
      changes.set(crew, change);
    }
    return { shards, wanted, changes };
  }

  /** In parts, for to copy a check for another thread takes a while; the thread goes over to all of them at once. */
  async #tellChange(crew: Crew, removed: readonly string[], set: readonly WatchedCheck[]): Promise<void> {
    if (removed.length + set.length === 0) return;
    for (let from = 0; from + TOLD_AT_ONCE < set.length; from += TOLD_AT_ONCE) {
      tell(crew, { kind: 'changes-to-come', set: set.slice(from, from + TOLD_AT_ONCE) });
      await turn();
    }
    tell(crew, { kind: 'change', changes: { removed, set: set.slice(-(set.length % TOLD_AT_ONCE || TOLD_AT_ONCE)) } });
  }

  /** Stops all workers; what they found until then has been handed over when it resolves. */
  async stop(): Promise<void> {
    this.#stopping = true;
    for (const cancel of this.#restarts) cancel();
    const workers = [...this.#crews.values()].flatMap(({ worker }) => worker ?? []);
    const stopped = workers.map(
      (worker) =>
        new Promise<void>((resolve) => {
          const force = this.#options.clock.after(STOP_DEADLINE, () => void worker.terminate());
          worker.once('exit', () => {
            force();
            resolve();
          });
          worker.postMessage({ kind: 'stop' } satisfies ToProber);
        }),
    );
    await Promise.all(stopped);
    this.#crews.clear();
  }

  #byShard(checks: readonly WatchedCheck[]): ReadonlyMap<number, readonly WatchedCheck[]> {
    return Map.groupBy(checks, (check) => this.#shards.get(check.id) ?? 0);
  }

  #startCrew(shard: number, checks: readonly WatchedCheck[]): void {
    const crew: Crew = {
      shard,
      checks,
      worker: undefined,
      startedMs: 0,
      deaths: 0,
      unknown: false,
      coverage: undefined,
      coveredBefore: NOTHING_COVERED,
      inFlight: 0,
      waiting: NONE_WAITING,
      isBlind: false,
    };
    this.#crews.set(shard, crew);
    this.#startWorker(crew);
  }

  #startWorker(crew: Crew): void {
    const { clock, limits, jitter, canaries, threads } = this.#options;
    const workerData: ProberData = {
      checks: crew.checks.map((check) => this.#goneOn(check, crew.coveredBefore)),
      limits: { ...limits, inFlight: Math.ceil(limits.inFlight / threads) },
      jitter,
      canaries,
    };
    const worker = new Worker(new URL('./prober-worker.ts', import.meta.url), { workerData });
    crew.worker = worker;
    crew.startedMs = clock.monotonicMs();
    worker.on('message', (message: FromProber) => {
      if (message.kind === 'batch') this.#takeIn(crew, message.batch);
      else if (message.kind === 'sight') this.#noteSight(crew, message.isBlind);
    });
    let reason: unknown;
    worker.on('error', (error) => {
      reason = error;
    });
    worker.on('exit', (code) => {
      crew.coveredBefore = crew.coverage ?? crew.coveredBefore;
      Object.assign(crew, { worker: undefined, coverage: undefined, inFlight: 0, waiting: NONE_WAITING });
      this.#noteSight(crew, false);
      if (!this.#stopping) this.#replace(crew, reason ?? new Error(`a prober thread exited with code ${code}`));
      else if (reason !== undefined) this.#options.onWorkerLost(reason, Number.POSITIVE_INFINITY);
    });
  }

  #replace(crew: Crew, reason: unknown): void {
    const { clock } = this.#options;
    crew.deaths = this.#hasLivedLong(crew) ? 1 : crew.deaths + 1;
    const restartMs = Math.min(LONGEST_RESTART_DELAY, RESTART_DELAY * 2 ** (crew.deaths - 1));
    this.#options.onWorkerLost(reason, restartMs);
    if (crew.deaths >= TROUBLE_DEATHS) {
      this.#options.onTrouble(reason);
      this.#makeUnknown(crew);
    }
    const cancel = clock.after(restartMs, () => {
      this.#restarts.delete(cancel);
      this.#startWorker(crew);
    });
    this.#restarts.add(cancel);
  }

  #takeIn(crew: Crew, batch: Batch): void {
    crew.coverage = new Map(batch.coverage.map(({ intervalMs, through }) => [intervalMs, through]));
    crew.inFlight = batch.inFlight;
    crew.waiting = batch.waiting;
    crew.unknown = false;
    for (const edge of batch.edges) this.#newest.set(edge.check, stateBegunBy(edge));
    this.#handOn(batch);
    if (crew.deaths > 0 && this.#hasLivedLong(crew)) {
      const wasTrouble = crew.deaths >= TROUBLE_DEATHS;
      crew.deaths = 0;
      const troubled = this.#crews.values().some((one) => one.deaths >= TROUBLE_DEATHS);
      if (wasTrouble && !troubled) this.#options.onTrouble(undefined);
    }
  }

  #handOn(batch: Pick<Batch, 'edges' | 'samples' | 'blips' | 'skipped'>): void {
    const total = { inFlight: 0, budget: 0, server: 0, room: 0 };
    for (const { inFlight, waiting } of this.#crews.values()) {
      total.inFlight += inFlight;
      total.budget += waiting.budget;
      total.server += waiting.server;
      total.room += waiting.room;
    }
    const { inFlight, ...waiting } = total;
    this.#options.onBatch({ ...batch, coverage: this.#mergedCoverage(), inFlight, waiting });
  }

  #hasLivedLong(crew: Crew): boolean {
    return this.#options.clock.monotonicMs() - crew.startedMs >= LONG_LIFE;
  }

  /** Nobody observes the checks of a crew: they leave the coverage of the others, each where its own ends. */
  #makeUnknown(crew: Crew): void {
    crew.unknown = true;
    const edges = crew.checks.flatMap((check): FoundEdge[] => {
      const { recorded } = this.#goneOn(check, crew.coveredBefore);
      if (!recorded || recorded.state === 'unknown') return [];
      const { through } = recorded;
      return [{ check: check.id, to: 'unknown', earliest: through, latest: through }];
    });
    for (const edge of edges) this.#newest.set(edge.check, stateBegunBy(edge));
    this.#handOn({ edges, samples: [], blips: [], skipped: 0 });
  }

  #noteSight(crew: Crew, isBlind: boolean): void {
    const isAnyBlind = (): boolean => this.#crews.values().some((one) => one.isBlind);
    const before = isAnyBlind();
    crew.isBlind = isBlind;
    if (isAnyBlind() !== before) this.#options.onSight?.(isAnyBlind());
  }

  /**
   * A check as its worker left it. What a worker handed over is on its way to the journal, but perhaps not there yet: a
   * replacement that went on from the journal could date an edge a second time, and otherwise.
   */
  #goneOn(check: WatchedCheck, covered: Covered): WatchedCheck {
    const known = this.#newest.get(check.id) ?? check.recorded;
    if (!known || known.state === 'unknown') return known ? { ...check, recorded: known } : check;
    const through = Math.max(known.through, covered.get(check.intervalMs) ?? known.through);
    return { ...check, recorded: { ...known, through } };
  }

  /** Covered is what every worker covers: nothing, until each has spoken. */
  #mergedCoverage(): Coverage[] {
    const merged = new Map<Millis, Instant | null>();
    for (const { coverage, unknown } of this.#crews.values()) {
      if (!coverage && unknown) continue;
      if (!coverage) return [];
      for (const [intervalMs, through] of coverage) {
        const lowest = merged.get(intervalMs) ?? null;
        merged.set(intervalMs, through === null ? lowest : lowest === null ? through : Math.min(lowest, through));
      }
    }
    return [...merged].map(([intervalMs, through]) => ({ intervalMs, through }));
  }
}

function stateBegunBy(edge: FoundEdge): RecordedState {
  return { state: edge.to, since: edge.latest, through: firstObserved(edge) };
}

/** Tells a worker, if there is one; one that is yet to come starts with what holds then. */
function tell({ worker }: Crew, message: ToProber): void {
  worker?.postMessage(message);
}
