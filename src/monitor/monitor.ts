/** Runs the checks in worker threads and merges what they find. A worker that dies is replaced, and said so. */
import { Worker } from 'node:worker_threads';
import type { Instant, Millis } from '../domain/time/instant.ts';
import type { CancelTimer, Clock } from '../runtime/clock.ts';
import type { Batch, CanarySettings, Coverage, FoundEdge, WatchedCheck } from './watched-check.ts';

export interface MonitorOptions {
  readonly clock: Clock;
  readonly threads: number;
  /** The checks to run, each with what was last recorded of it. */
  readonly checks: readonly WatchedCheck[];
  /** Absent: the monitor takes what it sees for true. */
  readonly canaries?: CanarySettings | undefined;
  /** Called when the canaries say that the monitor is blind, in any of its threads, and when it sees again. */
  readonly onSight?: (isBlind: boolean) => void;
  /** Receives what the workers found, coverage already merged over all of them. */
  readonly onBatch: (batch: Batch) => void;
  readonly onWorkerLost: (reason: unknown) => void;
}

const RESTART_DELAY: Millis = 1_000;
const STOP_DEADLINE: Millis = 1_500;

type FromWorker =
  | { readonly kind: 'batch'; readonly batch: Batch }
  | { readonly kind: 'sight'; readonly isBlind: boolean }
  | { readonly kind: 'stopped' };

type Covered = ReadonlyMap<Millis, Instant | null>;

interface Crew {
  /** Absent from its end until it is replaced. */
  worker: Worker | undefined;
  /** Through when each interval of this worker is covered; absent until its first word. */
  coverage: Covered | undefined;
  inFlight: number;
  isBlind: boolean;
}

export class Monitor {
  readonly #options: MonitorOptions;
  readonly #crews = new Map<number, Crew>();
  readonly #restarts = new Set<CancelTimer>();
  /** The newest edge that a worker found of each check. */
  readonly #newest = new Map<string, FoundEdge>();
  #stopping = false;

  constructor(options: MonitorOptions) {
    this.#options = options;
  }

  /** Starts the worker threads. */
  start(): void {
    for (let shard = 0; shard < this.#options.threads; shard += 1) this.#startShard(shard, new Map());
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
          worker.postMessage('stop');
        }),
    );
    await Promise.all(stopped);
    this.#crews.clear();
  }

  /** @param covered what the worker before this one last said that it covered. */
  #startShard(shard: number, covered: Covered): void {
    const { threads } = this.#options;
    const mine = this.#options.checks.filter((_, ordinal) => ordinal % threads === shard);
    const checks = mine.map((check) => this.#goneOn(check, covered.get(check.intervalMs) ?? null));
    if (checks.length === 0) return;
    const worker = new Worker(new URL('./prober-worker.ts', import.meta.url), {
      workerData: { checks, canaries: this.#options.canaries },
    });
    const crew: Crew = { worker, coverage: undefined, inFlight: 0, isBlind: false };
    this.#crews.set(shard, crew);
    worker.on('message', (message: FromWorker) => {
      if (message.kind === 'sight') this.#noteSight(crew, message.isBlind);
      if (message.kind !== 'batch') return;
      crew.coverage = new Map(message.batch.coverage.map(({ intervalMs, through }) => [intervalMs, through]));
      crew.inFlight = message.batch.inFlight;
      for (const edge of message.batch.edges) this.#newest.set(edge.check, edge);
      const inFlight = this.#crews.values().reduce((total, one) => total + one.inFlight, 0);
      this.#options.onBatch({ ...message.batch, coverage: this.#mergedCoverage(), inFlight });
    });
    let reason: unknown;
    worker.on('error', (error) => {
      reason = error;
    });
    worker.on('exit', (code) => {
      const left = crew.coverage ?? covered;
      Object.assign(crew, { worker: undefined, coverage: undefined, inFlight: 0 });
      this.#noteSight(crew, false);
      if (this.#stopping) {
        if (reason !== undefined) this.#options.onWorkerLost(reason);
        return;
      }
      this.#options.onWorkerLost(reason ?? new Error(`a prober thread exited with code ${code}`));
      const cancel = this.#options.clock.after(RESTART_DELAY, () => {
        this.#restarts.delete(cancel);
        this.#startShard(shard, left);
      });
      this.#restarts.add(cancel);
    });
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
  #goneOn(check: WatchedCheck, covered: Instant | null): WatchedCheck {
    const edge = this.#newest.get(check.id);
    const known = edge ? { state: edge.to, through: edge.latest } : check.recorded;
    if (!known || known.state === 'unknown') return known ? { ...check, recorded: known } : check;
    return { ...check, recorded: { state: known.state, through: Math.max(known.through, covered ?? known.through) } };
  }

  /** Covered is what every worker covers: nothing, until each has spoken. */
  #mergedCoverage(): Coverage[] {
    const merged = new Map<Millis, Instant | null>();
    for (const { coverage } of this.#crews.values()) {
      if (!coverage) return [];
      for (const [intervalMs, through] of coverage) {
        const lowest = merged.get(intervalMs) ?? null;
        merged.set(intervalMs, through === null ? lowest : lowest === null ? through : Math.min(lowest, through));
      }
    }
    return [...merged].map(([intervalMs, through]) => ({ intervalMs, through }));
  }
}
